package org.distrifs.systemtests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One mount replaces a file, as editors and package managers do, while the other opens, reads and
 * closes it: there is always a file, it is always whole, and it never becomes an older one.
 */
class AtomicReplaceTest {
  private static final long BOUND_MINUTES = 60;

  /** How many different lengths versions have; some are longer than a page. */
  private static final int LENGTHS = 3_001;

  @TempDir static Path folder;

  /** A version of the file. Its first line has version, length and checksum; filler follows. */
  private record Version(int number) {

    String text() {
      final String body = (number + " ").repeat(1 + number * 7 % LENGTHS);
      return "%d %d %d%n%s".formatted(number, body.length(), checksum(body), body);
    }

    /** Parses the contents of the file, and fails unless they are a whole version. */
    static Version of(String text) {
      final String[] parts = text.split("\n", 2);
      assertThat(parts).as("first line and body of <%s>", text).hasSize(2);
      final String[] head = parts[0].split(" ", -1);
      assertThat(parts[1]).as(parts[0]).hasSize(Integer.parseInt(head[1]));
      assertThat(checksum(parts[1])).as(parts[0]).isEqualTo(Long.parseLong(head[2]));
      return new Version(Integer.parseInt(head[0]));
    }

    private static long checksum(String body) {
      final CRC32 checksum = new CRC32();
      checksum.update(body.getBytes(US_ASCII));
      return checksum.getValue();
    }
  }

  @Test
  void aFileReplacedThreeHundredTimesIsAlwaysThereAndWhole() throws Exception {
    replaceWhileReading(300);
  }

  @Test
  @Tag("full")
  void aFileReplacedAHundredThousandTimesIsAlwaysThereAndWhole() throws Exception {
    replaceWhileReading(100_000);
  }

  private static void replaceWhileReading(int times) throws Exception {
    final Path own = Files.createTempDirectory(folder, "run");
    final ExecutorService writer = Executors.newSingleThreadExecutor();
    try (Cluster cluster = Cluster.start(own);
        ExtraMount other = ExtraMount.of(cluster, own.resolve("second"))) {
      final Path name = cluster.mount().resolve("replaced");
      replace(name, new Version(0));
      final Future<?> writing =
          writer.submit(
              () -> {
                for (int number = 1; number <= times; number++) {
                  replace(name, new Version(number));
                }
                return null;
              });
      final Path seen = other.point().resolve("replaced");
      int latest = 0;
      while (!writing.isDone()) {
        latest = readAfter(latest, seen);
      }
      writing.get(BOUND_MINUTES, TimeUnit.MINUTES);
      assertThat(readAfter(latest, seen)).as("the last version").isEqualTo(times);
    } finally {
      writer.shutdownNow();
    }
  }

  private static void replace(Path name, Version version) throws Exception {
    final Path written = name.resolveSibling("written");
    Files.writeString(written, version.text(), US_ASCII);
    Files.move(written, name, ATOMIC_MOVE);
  }

  private static int readAfter(int latest, Path name) throws Exception {
    final int number = Version.of(Files.readString(name, US_ASCII)).number();
    assertThat(number).isGreaterThanOrEqualTo(latest);
    return number;
  }
}
