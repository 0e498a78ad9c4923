package org.distrifs.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.settings.SettingsLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole master on real files and sockets. */
class MasterServerTest {

  @TempDir Path temp;

  @Test
  void anEmptyFolderBecomesAClusterThatIsTheSameAfterARestart() {
    long cluster;
    try (MasterServer master = MasterServer.start(settings("m"))) {
      cluster = master.clusterId();
      assertThat(cluster).isNotZero();
    }
    try (MasterServer master = MasterServer.start(settings("m"))) {
      assertThat(master.clusterId()).isEqualTo(cluster);
    }
  }

  @Test
  void metricsAndHealthAreServed() throws Exception {
    try (MasterServer master = MasterServer.start(settings("m"))) {
      assertThat(get(master, "/healthz")).isEqualTo("ok\n");
      assertThat(get(master, "/metrics"))
          .contains("distrifs_master_sessions 0.0")
          .contains("distrifs_master_operation_seconds_count{kind=\"create\"} 0")
          .contains("distrifs_master_chunks_by_condition{condition=\"short\"} 0");
    }
  }

  @Test
  void aFolderOfSomethingElseIsRefusedAndUntouched() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("m"));
    Files.writeString(folder.resolve("letter.txt"), "dear");
    assertThatThrownBy(() -> MasterServer.start(settings("m")))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("letter.txt")
        .hasMessageContaining("master.dataDir");
    try (var entries = Files.list(folder)) {
      assertThat(entries).hasSize(1);
    }
  }

  @Test
  void aFolderInUseAndAPortInUseAreSentences() throws IOException {
    MasterSettings settings = settings("m");
    try (MasterServer master = MasterServer.start(settings)) {
      assertThat(master.port()).isEqualTo(settings.port());
      assertThatThrownBy(() -> MasterServer.start(settings("m")))
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining("holds it");
    }
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () -> MasterServer.start(settings("n", "master.port", taken.getLocalPort())))
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
    MasterServer.start(settings("n")).close();
  }

  @Test
  void settingsThatDoNotGoTogetherAreSentences() {
    assertRefused("power of two", "chunkSizeBytes", 3 << 20);
    assertRefused("write.minReplicas", "write.minReplicas", 4);
    assertRefused("lease", "node.leaseMs", 1000);
    assertRefused("silence", "node.silenceMs", 5000);
    assertRefused("master.metricsPort", "master.port", 65_000, "master.metricsPort", 0);
  }

  @Test
  void withOneReplicaTheMinimumFollows() {
    assertThat(settings("m", "replication", 1).service().minReplicas()).isEqualTo(1);
  }

  private void assertRefused(String words, Object... given) {
    assertThatThrownBy(() -> settings("m", given))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining(words);
  }

  private MasterSettings settings(String folder, Object... given) {
    Map<String, String> values = new HashMap<>();
    values.put("master.dataDir", temp.resolve(folder).toString());
    values.put("master.port", String.valueOf(freePort()));
    values.put("master.metricsPort", String.valueOf(freePort()));
    for (int i = 0; i < given.length; i += 2) {
      values.put(given[i].toString(), given[i + 1].toString());
    }
    return MasterSettings.from(
        SettingsLoader.load(MasterSettings.SCHEMA, Optional.empty(), values));
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError("no free port", e);
    }
  }

  private static String get(MasterServer master, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + master.metricsPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }
}
