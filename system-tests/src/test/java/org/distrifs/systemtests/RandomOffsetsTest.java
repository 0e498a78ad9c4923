package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.simulation.randomops.Comparison;
import org.distrifs.simulation.randomops.FileOperation;
import org.distrifs.simulation.randomops.OperationGenerator;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that are written at any offset are read there, and zeros where nothing was written. */
class RandomOffsetsTest {
  private static final long CHUNK_BYTES = 64L << 20;
  private static final int OPERATIONS_A_ROUND = 1500;

  @TempDir static Path folder;
  @RunningCluster private static Cluster cluster;

  @Test
  void writesAcrossChunkBordersMatchTheSameWritesOnALocalFile() throws Exception {
    final long seed = Seeds.fromPropertyOrFresh();
    final Random random = new Random(seed);
    final Path source = folder.resolve("source");
    Command.shell("head -c 1000000 /dev/urandom > \"$1\"", source).expectSuccess();
    final Path local = folder.resolve("offsets");
    final Path remote = cluster.mount().resolve("offsets");
    for (int i = 0; i < 60; i++) {
      final long border = (1 + random.nextInt(3)) * CHUNK_BYTES;
      final long seek = border - random.nextInt(1_200_000);
      final int bytes = 1 + random.nextInt(1_000_000);
      for (final Path target : List.of(local, remote)) {
        Command.shell(
                "dd if=\"$1\" of=\"$2\" conv=notrunc oflag=seek_bytes iflag=count_bytes seek=$3"
                    + " count=$4 bs=64K status=none",
                source,
                target,
                seek,
                bytes)
            .expectSuccess();
      }
    }

    assertThat(Command.run("cmp", local.toString(), remote.toString()).output())
        .as("seed %d", seed)
        .isEmpty();
    assertThat(Files.size(remote)).isEqualTo(Files.size(local));
  }

  @Test
  void aByteFarAwayCostsOneChunkAndTheHoleReadsAsZeros() throws Exception {
    final Path sparse = cluster.mount().resolve("sparse");
    final long offset = 1L << 40;
    try (FileChannel channel =
        FileChannel.open(
            sparse, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {42}), offset);
      assertZeros(channel, 0, 1 << 20);
      assertZeros(channel, offset - (1 << 20), 1 << 20);
    }

    assertThat(Files.size(sparse)).isEqualTo(offset + 1);
    assertThat(cluster.locate("/sparse").getChunksCount()).isEqualTo(1);
    try (FileChannel channel = FileChannel.open(sparse, StandardOpenOption.READ)) {
      final ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, offset);
      assertThat(one.get(0)).isEqualTo((byte) 42);
    }
  }

  @Test
  void aPunchedRangeGivesItsSpaceBackOnEveryDatanode() throws Exception {
    final Path file = cluster.mount().resolve("punched");
    Command.shell("head -c 20000000 /dev/urandom > \"$1\"; sync \"$1\"", file).expectSuccess();
    final List<Long> before = blocksOnDatanodes("/punched");
    Command.run("fallocate", "-p", "-o", "1000000", "-l", "16000000", file.toString())
        .expectSuccess();
    Command.run("sync", file.toString()).expectSuccess();
    final List<Long> after = blocksOnDatanodes("/punched");
    for (int i = 0; i < 3; i++) {
      assertThat(before.get(i) - after.get(i)).isGreaterThan(15_500_000 / 512);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      assertZeros(channel, 1_000_000, 16_000_000);
    }
    assertThat(blocks(file)).isLessThan((20_000_000 - 15_900_000) / 512);
  }

  private static List<Long> blocksOnDatanodes(String path) {
    final String chunk = cluster.locate(path).getChunks(0).getChunk();
    return IntStream.rangeClosed(1, 3)
        .mapToObj(datanode -> blocks(cluster.replicaFile(datanode, chunk)))
        .toList();
  }

  private static long blocks(Path file) {
    return Long.parseLong(
        Command.run("stat", "-c", "%b", file.toString()).expectSuccess().output().strip());
  }

  @Test
  @Tag("quick")
  void thousandsOfRandomOperationsBehaveAsOnALocalFolder() throws Exception {
    compareRandomOperations(2, OPERATIONS_A_ROUND);
  }

  @Test
  @Tag("full")
  void manyRoundsOfRandomOperationsBehaveAsOnALocalFolder() throws Exception {
    compareRandomOperations(30, OPERATIONS_A_ROUND);
  }

  private static void compareRandomOperations(int rounds, int count) throws IOException {
    final long seed = Seeds.fromPropertyOrFresh();
    final Path tested = Files.createTempDirectory(cluster.mount(), "tested-");
    final Path trusted = Files.createTempDirectory(folder, "trusted-");
    for (int round = 0; round < rounds; round++) {
      final List<FileOperation> operations =
          new OperationGenerator(seed + round, CHUNK_BYTES, 2 * CHUNK_BYTES + 300_000).next(count);
      assertThat(new Comparison(tested, trusted, count / 3).run(operations))
          .as("seed %d, round %d", seed, round)
          .isEmpty();
    }
  }

  private static void assertZeros(FileChannel channel, long offset, int length) throws IOException {
    final ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      assertThat(channel.read(bytes, offset + bytes.position())).isPositive();
    }
    assertThat(bytes.array()).containsOnly(0);
  }
}
