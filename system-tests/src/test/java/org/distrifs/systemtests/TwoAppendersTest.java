package org.distrifs.systemtests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two mounts append to one file at the same time, and nothing is lost or mixed. */
class TwoAppendersTest {
  private static final long BOUND_MINUTES = 20;
  private static final int MAX_RECORD_BYTES = 200;

  @TempDir static Path folder;

  @Test
  void twentyThousandRecordsOfTwoMountsAreAllThereAndWhole() throws Exception {
    appendFromBoth(10_000);
  }

  @Test
  @Tag("full")
  void aMillionRecordsOfTwoMountsAreAllThereAndWhole() throws Exception {
    appendFromBoth(500_000);
  }

  private static void appendFromBoth(int recordsEach) throws Exception {
    final long seed = Seeds.fromPropertyOrFresh();
    final Path own = Files.createTempDirectory(folder, "run");
    final ExecutorService writers = Executors.newFixedThreadPool(2);
    try (Cluster cluster = Cluster.start(own);
        ExtraMount other = ExtraMount.of(cluster, own.resolve("second"))) {
      final Path log = cluster.mount().resolve("log");
      Files.createFile(log);
      final List<Path> logs = List.of(log, other.point().resolve("log"));
      final List<Future<?>> running = new ArrayList<>();
      for (int writer = 0; writer < 2; writer++) {
        final int number = writer;
        running.add(
            writers.submit(
                () -> {
                  append(logs.get(number), number, recordsEach, new Random(seed + number));
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get(BOUND_MINUTES, TimeUnit.MINUTES);
      }
      for (Path path : logs) {
        verify(path, recordsEach);
      }
    } finally {
      writers.shutdownNow();
    }
  }

  /** A record is a line: writer, number, and the same digit to its end. */
  private static void append(Path log, int writer, int records, Random random) throws IOException {
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.APPEND)) {
      for (int number = 0; number < records; number++) {
        final String filler = String.valueOf(number % 10).repeat(random.nextInt(MAX_RECORD_BYTES));
        final ByteBuffer line =
            ByteBuffer.wrap((writer + " " + number + " " + filler + "\n").getBytes(US_ASCII));
        final int length = line.remaining();
        assertThat(channel.write(line)).isEqualTo(length);
      }
    }
  }

  private static void verify(Path log, int recordsEach) throws IOException {
    final int[] next = new int[2];
    try (BufferedReader lines = Files.newBufferedReader(log, US_ASCII)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        final String[] parts = line.split(" ", -1);
        assertThat(parts).as(line).hasSize(3);
        final int writer = Integer.parseInt(parts[0]);
        final int number = Integer.parseInt(parts[1]);
        assertThat(number).as("writer %d", writer).isEqualTo(next[writer]++);
        assertThat(parts[2]).matches(String.valueOf(number % 10) + "*");
      }
    }
    assertThat(next).containsExactly(recordsEach, recordsEach);
  }
}
