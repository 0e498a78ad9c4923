package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.distrifs.systemtests.cluster.ProbeClient;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.distrifs.systemtests.cluster.RunningMount;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Programs on one mount make extreme use of the file system. Each gets the answers of ext4, nothing
 * is left behind, and a client on another mount is served meanwhile.
 */
class HostileWriterTest {
  private static final Duration SERVED_WITHIN = Duration.ofSeconds(10);
  private static final Duration DELETED_WITHIN = Duration.ofMinutes(3);
  private static final long BOUND_MINUTES = 30;

  private static final int CHUNK_BYTES_LOG2 = 26;
  private static final int LAST_POWER = 62;

  /** Chunks that the mounts may have allocated in advance. */
  private static final int READY_CHUNKS = 4;

  private static final int XATTR_FILES = 8;

  /** As docs/namespace.md has it. */
  private static final int MAX_ATTRIBUTES_OF_A_FILE = 128;

  private static final String XATTR_FILLER = "x".repeat(190);
  private static final int MAX_LINKS = 65_000;

  /** Makes a file of each name of one byte, and of two with a control character; removes them. */
  private static final String NAMES =
      """
      use strict;
      my $folder = $ARGV[0];
      my @names = grep { $_ ne '/' && $_ ne '.' } map { chr } 1 .. 255;
      push @names, map { "a" . chr($_) . "b" } 1 .. 31;
      chdir $folder or die "chdir: $!";
      for my $name (@names) { open my $file, '>', "./$name" or die sprintf("make %vx: $!", $name) }
      opendir my $directory, '.' or die "opendir: $!";
      my @seen = sort grep { $_ ne '.' && $_ ne '..' } readdir $directory;
      "@seen" eq join(' ', sort @names) or die 'seen ' . @seen . ' of ' . @names . ' names';
      for my $name (@names) { unlink "./$name" or die sprintf("remove %vx: $!", $name) }
      """;

  /** Makes nested directories, looks up the last one by its full path, and removes all again. */
  private static final String DEEP_TREE =
      """
      use strict; use Errno qw(ENAMETOOLONG);
      my ($folder, $levels, $name) = @ARGV;
      chdir $folder or die "chdir: $!";
      for my $level (1 .. $levels) {
        mkdir $name or die "mkdir at level $level: $!";
        chdir $name or die "chdir at level $level: $!";
      }
      open my $file, '>', 'bottom' or die "make: $!";
      my $path = join '/', $folder, ($name) x $levels, 'bottom';
      -e $path and die 'a path of ' . length($path) . ' bytes was found';
      $! == ENAMETOOLONG or die "stat by path: $!";
      unlink 'bottom' or die "unlink: $!";
      for my $level (reverse 1 .. $levels) {
        chdir '..' or die "chdir to above $level: $!";
        rmdir $name or die "rmdir at level $level: $!";
      }
      """;

  /** Makes hard links of a file until that fails, and removes all again. */
  private static final String LINKS =
      """
      use strict; use Errno qw(EMLINK);
      my ($folder, $most) = @ARGV;
      chdir $folder or die "chdir: $!";
      open my $file, '>', 'l1' or die "make: $!";
      for my $number (2 .. $most) { link 'l1', "l$number" or die "link $number: $!" }
      link 'l1', 'more' and die "more than $most links";
      $! == EMLINK or die "one link more: $!";
      for my $number (1 .. $most) { unlink "l$number" or die "unlink $number: $!" }
      """;

  @RunningCluster private static Cluster cluster;

  @RunningMount private static ExtraMount otherMount;

  private static ExecutorService hostile;

  @BeforeAll
  static void start() throws Exception {
    hostile = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stop() {
    if (hostile != null) {
      hostile.shutdownNow();
    }
  }

  @TestFactory
  Stream<DynamicTest> allAtOnce() {
    final Map<String, Callable<Void>> attacks = new LinkedHashMap<>();
    attacks.put("a byte at every power of two", HostileWriterTest::writeAtEveryPowerOfTwo);
    attacks.put("extended attributes until none fits", () -> setAttributes(600));
    attacks.put("names of every byte", () -> perl(NAMES));
    attacks.put("a tree deeper than a path is long", () -> perl(DEEP_TREE, 100, "d".repeat(50)));
    attacks.put("symbolic links in circles", HostileWriterTest::followLinksInCircles);
    return whileSomebodyIsServed(attacks);
  }

  @TestFactory
  @Tag("full")
  Stream<DynamicTest> allAtOnceAndForLong() {
    final Map<String, Callable<Void>> attacks = new LinkedHashMap<>();
    attacks.put("a hundred thousand attempts at extended attributes", () -> setAttributes(12_500));
    attacks.put("a tree of two thousand levels", () -> perl(DEEP_TREE, 2_000, "level"));
    attacks.put("sixty-five thousand hard links", () -> perl(LINKS, MAX_LINKS));
    return Stream.concat(
        whileSomebodyIsServed(attacks),
        Stream.of(
            DynamicTest.dynamicTest(
                "all is deleted in the end", HostileWriterTest::awaitThatNothingIsLeft)));
  }

  private static void awaitThatNothingIsLeft() throws Exception {
    Await.until(
        "all inodes but the root and all chunks are gone",
        DELETED_WITHIN,
        () -> cluster.status().getInodes() <= 1 && cluster.status().getChunks() <= READY_CHUNKS);
  }

  private static Stream<DynamicTest> whileSomebodyIsServed(Map<String, Callable<Void>> attacks) {
    final StatusReply before = cluster.status();
    final ProbeClient probe = new ProbeClient(otherMount.point());
    final List<DynamicTest> tests = new ArrayList<>();
    attacks.forEach(
        (name, attack) -> {
          final Future<Void> running = hostile.submit(attack);
          tests.add(
              DynamicTest.dynamicTest(name, () -> running.get(BOUND_MINUTES, TimeUnit.MINUTES)));
        });
    tests.add(
        DynamicTest.dynamicTest(
            "somebody else is served, and no chunk stays in use",
            () -> {
              try (probe) {
                final ProbeClient.Summary summary = probe.summary();
                assertThat(summary.rounds()).isPositive();
                assertThat(summary.slowest()).isLessThan(SERVED_WITHIN);
              }
              assertThat(chunksInUse(cluster.status()))
                  .isLessThanOrEqualTo(chunksInUse(before) + READY_CHUNKS);
            }));
    return tests.stream();
  }

  /** How many chunks belong to files: without those that only wait to be deleted. */
  private static long chunksInUse(StatusReply status) {
    return status.getChunks() - status.getChunksOfDeletedFiles();
  }

  private static Void writeAtEveryPowerOfTwo() throws Exception {
    final Path file = cluster.mount().resolve("sparse");
    final List<Integer> written = new ArrayList<>();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int power = 0; power <= LAST_POWER; power++) {
        if (fits(channel, power)) {
          written.add(power);
        }
      }
    }
    assertThat(written).contains(0, CHUNK_BYTES_LOG2, 40);
    try (FileChannel channel = FileChannel.open(otherMount.point().resolve("sparse"))) {
      for (int power : written) {
        final ByteBuffer seen = ByteBuffer.allocate(1);
        assertThat(channel.read(seen, 1L << power)).as("at 2^%d", power).isEqualTo(1);
        assertThat(seen.get(0)).as("at 2^%d", power).isEqualTo((byte) (power + 1));
      }
    }
    final long chunks = 1 + written.stream().filter(power -> power >= CHUNK_BYTES_LOG2).count();
    assertThat(cluster.locate("/sparse").getChunksCount()).isEqualTo((int) chunks);
    Files.delete(file);
    return null;
  }

  /** Writes one byte at offset 2^power, and returns whether a file may be so large. */
  private static boolean fits(FileChannel channel, int power) throws IOException {
    try {
      return channel.write(ByteBuffer.wrap(new byte[] {(byte) (power + 1)}), 1L << power) == 1;
    } catch (IOException e) {
      assertThat(e).as("at 2^%d", power).hasMessageContaining("File too large");
      return false;
    }
  }

  /** Sets attributes of several files, each in a thread. */
  private static Void setAttributes(int namesOfEach) throws Exception {
    final List<Future<?>> setters = new ArrayList<>();
    for (int number = 0; number < XATTR_FILES; number++) {
      final Path file = Files.createFile(cluster.mount().resolve("attributes-" + number));
      setters.add(hostile.submit(() -> setAttributes(file, namesOfEach)));
    }
    for (Future<?> setter : setters) {
      setter.get(BOUND_MINUTES, TimeUnit.MINUTES);
    }
    return null;
  }

  private static Void setAttributes(Path file, int names) throws IOException {
    final UserDefinedFileAttributeView view =
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    final byte[] value = {1};
    int taken = 0;
    for (int number = 0; number < names; number++) {
      final String name = "%s%06d".formatted(XATTR_FILLER, number);
      try {
        view.write(name, ByteBuffer.wrap(value));
        taken++;
        assertThat(taken).as("none fits after one that did not").isEqualTo(number + 1);
      } catch (FileSystemException e) {
        assertThat(e).hasMessageContaining("No space left on device");
      }
    }
    assertThat(taken).isEqualTo(MAX_ATTRIBUTES_OF_A_FILE);
    Files.delete(file);
    return null;
  }

  /** A path may lead through forty symbolic links, as in Linux, but not through more. */
  private static Void followLinksInCircles() throws Exception {
    final Path links = Files.createDirectory(cluster.mount().resolve("links"));
    Files.createSymbolicLink(links.resolve("self"), Path.of("self"));
    Files.createSymbolicLink(links.resolve("one"), Path.of("other"));
    Files.createSymbolicLink(links.resolve("other"), Path.of("../links/one"));
    Files.writeString(links.resolve("row-0"), "end");
    for (int number = 1; number <= 41; number++) {
      Files.createSymbolicLink(links.resolve("row-" + number), Path.of("row-" + (number - 1)));
    }
    assertThat(Files.readString(links.resolve("row-40"))).isEqualTo("end");
    for (String circle : List.of("self", "one", "other", "self/below", "row-41")) {
      assertThatThrownBy(() -> Files.readString(links.resolve(circle)))
          .as(circle)
          .hasMessageContaining("Too many levels of symbolic links");
    }
    Command.run("rm", "-r", links.toString()).expectSuccess();
    return null;
  }

  /** Runs a script on a folder of its own, which it leaves empty. */
  private static Void perl(String script, Object... arguments) throws Exception {
    final Path own = Files.createTempDirectory(cluster.mount(), "perl");
    final List<String> command = new ArrayList<>(List.of("perl", "-e", script, own.toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Command.run(Duration.ofMinutes(BOUND_MINUTES), command).expectSuccess();
    Files.delete(own);
    return null;
  }
}
