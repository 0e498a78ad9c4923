package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each mistake of an operator is answered with a sentence that says what to do, and loses nothing.
 */
class BadInputTest {
  private static final int GARBAGE_BYTES = 200_000;
  private static final int METRICS_OFFSET = 1000;

  @TempDir static Path folder;
  @RunningCluster private static Cluster cluster;

  @Test
  void anUnknownFlagIsNamed() {
    for (final String command :
        List.of("local up", "master", "datanode", "mount", "ls", "status")) {
      final Command.Result result = distrifs((command + " --nonsense").split(" "));
      assertSentence(result, "--nonsense");
    }
  }

  @Test
  void aPortInUseIsNamed() throws Exception {
    final int base = Cluster.freeBasePort();
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress("127.0.0.1", base));
      final Path data = Files.createDirectory(folder.resolve("port-in-use"));
      assertSentence(distrifs("master", "--data", data.toString(), "--port", "" + base), "" + base);
      assertSentence(
          distrifs("local", "up", "--dir", data.resolve("d").toString(), "--base-port", "" + base),
          "" + base);
    }
  }

  @Test
  void aDataFolderOfAnotherClusterIsRefusedAndUntouched() throws Exception {
    final Path other = Files.createDirectory(folder.resolve("other"));
    try (Cluster second = Cluster.start(other)) {
      Command.shell("echo text > \"$1\"/file; sync \"$1\"/file", second.mount()).expectSuccess();
      second.local("stop", "datanode-1").expectSuccess();
      final Command.Result result =
          distrifs(
              "datanode",
              "--data",
              second.data("datanode-1").toString(),
              "--port",
              "" + Cluster.freeBasePort(),
              "--master",
              cluster.masterAddress());
      assertSentence(result, "cluster");
      second.local("start", "datanode-1").expectSuccess();
      assertThat(Files.readString(second.mount().resolve("file"))).isEqualTo("text\n");
    }
  }

  @Test
  void aMountPointThatIsNotThereOrNotEmptyIsRefused() throws Exception {
    assertSentence(mount(folder.resolve("missing")), "missing");
    final Path full = Files.createDirectory(folder.resolve("full"));
    Files.writeString(full.resolve("mine"), "kept");
    assertSentence(mount(full), "not empty");
    assertThat(Files.readString(full.resolve("mine"))).isEqualTo("kept");
    assertSentence(mount(full.resolve("mine")), "mine");
  }

  @Test
  void aMasterThatIsAwayIsNamedAndNothingHangs() throws Exception {
    final String nobody = "127.0.0.1:" + Cluster.freeBasePort();
    final Path point = Files.createDirectory(folder.resolve("point"));
    assertSentence(distrifs("mount", "--master", nobody, point.toString()), nobody);
    assertSentence(distrifs("ls", "/", "--master", nobody), nobody);
    assertSentence(distrifs("status", "--master", nobody), nobody);
    assertThat(Cluster.mounted(point)).isFalse();
  }

  @Test
  void withoutLibfuseTheMountSaysWhatToInstall() throws Exception {
    final Path point = Files.createDirectory(folder.resolve("no-libfuse"));
    // Hides the library behind an empty file, in a mount namespace of its own.
    final Command.Result result =
        Command.shell(
            Duration.ofMinutes(2),
            """
            exec unshare --mount sh -ec '
              for lib in $(ldconfig -p | sed -n "s/.*libfuse\\.so.* => //p"); do
                mount --bind /dev/null "$(readlink -f "$lib")"
              done
              exec "$1" mount --driver jnr-fuse --master "$2" "$3"' sh "$1" "$2" "$3"
            """,
            Cluster.launcher(),
            cluster.masterAddress(),
            point);
    assertSentence(result, "libfuse2");
  }

  @Test
  void randomBytesOnEachPortCloseTheConnectionAndNothingElse() throws Exception {
    final long seed = Seeds.fromPropertyOrFresh();
    final Random random = new Random(seed);
    Files.writeString(cluster.mount().resolve("before-garbage"), "text");
    for (int port = cluster.basePort(); port <= cluster.basePort() + 3; port++) {
      for (int i = 0; i < 20; i++) {
        sendGarbage(port, random);
        sendGarbage(port + METRICS_OFFSET, random);
      }
    }

    cluster.local("status").expectSuccess();
    assertThat(Files.readString(cluster.mount().resolve("before-garbage"))).isEqualTo("text");
    Files.writeString(cluster.mount().resolve("after-garbage"), "text");
    for (final String role : List.of("master", "datanode-1", "datanode-2", "datanode-3", "mount")) {
      assertThat(Files.readString(cluster.log(role)))
          .as("log of %s, seed %d", role, seed)
          .doesNotContain("\tat ");
    }
  }

  @Test
  void aPathThatIsNotThereIsNamed() {
    assertSentence(cluster.distrifs("cat", "/not/there"), "/not/there");
    assertSentence(cluster.distrifs("ls", "/not/there"), "/not/there");
    assertSentence(cluster.distrifs("rm", "/not/there"), "/not/there");
  }

  private static void sendGarbage(int port, Random random) throws Exception {
    final byte[] garbage = new byte[random.nextInt(GARBAGE_BYTES)];
    random.nextBytes(garbage);
    try (Socket socket = new Socket("127.0.0.1", port)) {
      final OutputStream out = socket.getOutputStream();
      out.write(garbage);
      out.flush();
    } catch (SocketException e) {
      // The listener may close the connection: that is the right answer to garbage.
      assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|closed).*");
    }
  }

  private static Command.Result mount(Path point) {
    return distrifs("mount", "--master", cluster.masterAddress(), point.toString());
  }

  private static Command.Result distrifs(String... arguments) {
    return Cluster.distrifs(Duration.ofMinutes(2), List.of(arguments));
  }

  private static void assertSentence(Command.Result result, String names) {
    assertThat(result.exitStatus()).as(result.toString()).isNotZero();
    assertThat(result.output()).contains(names).doesNotContain("\tat ").doesNotContain("Exception");
  }
}
