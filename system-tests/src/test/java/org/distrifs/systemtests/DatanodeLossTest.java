package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.distrifs.proto.control.LocatedChunk;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.ChunkCounts;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.distrifs.systemtests.cluster.LiveFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of five datanodes goes away during work. Writers only wait, its replicas are copied from
 * other members, and its old bytes are never read.
 */
class DatanodeLossTest {
  private static final int DATANODES = 5;
  private static final int REPLICATION = 3;
  private static final int MIB = 1 << 20;
  private static final Duration REPAIR_BOUND = Duration.ofMinutes(4);

  @TempDir Path folder;
  private Cluster cluster;

  @AfterEach
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /**
   * @param deadAfter {@code node.deadAfterMs}: when the replicas of a silent node are copied to
   *     others
   */
  private void start(Duration deadAfter) throws Exception {
    Cluster.configureMaster(folder, "node.deadAfterMs = " + deadAfter.toMillis());
    cluster = Cluster.start(folder, "--datanodes", "" + DATANODES);
  }

  @Test
  void aWriterOfSixHundredMegabytesOnlyWaitsWhenADatanodeIsKilled() throws Exception {
    start(Duration.ofSeconds(15));
    final long bytes = 600_000_000;
    final long seed = Seeds.fromPropertyOrFresh();
    final Path file = cluster.mount().resolve("large");
    final AtomicLong written = new AtomicLong();
    final long startNs = System.nanoTime();
    final CompletableFuture<String> writing =
        CompletableFuture.supplyAsync(
            () -> write(file, bytes, new Random(seed), written), task -> new Thread(task).start());
    Await.until(
        "a third is written",
        Duration.ofMinutes(2),
        () -> written.get() > bytes / 3 || writing.isDone());
    final int killed = lastWrittenTo();
    cluster.kill("datanode-" + killed);

    final String expected = writing.get(3, TimeUnit.MINUTES);
    final double seconds = (System.nanoTime() - startNs) / 1e9;
    System.out.printf(
        "600 MB with datanode-%d killed: %.1f s, %.0f MB/s, seed %d%n",
        killed, seconds, bytes / 1e6 / seconds, seed);
    Command.shell("dd if=\"$1\" iflag=nocache count=0 status=none", file).expectSuccess();
    assertThat(Command.run("sha256sum", file.toString()).expectSuccess().output())
        .startsWith(expected);

    final long repairNs = System.nanoTime();
    Await.until("every chunk has its replicas", REPAIR_BOUND, () -> isWhole("/large", killed));
    System.out.printf(
        "all replicas on the other datanodes: %.1f s later%n",
        (System.nanoTime() - repairNs) / 1e9);
  }

  @Test
  void ofANodeThatStoodStillNoOldByteIsReadAndLittleIsCopied() throws Exception {
    // Longer than the pause, so that the master waits for the datanode and does not replace it.
    start(Duration.ofMinutes(5));
    final long seed = Seeds.fromPropertyOrFresh();
    final byte[] expected = new byte[100 * MIB];
    final Random random = new Random(seed);
    random.nextBytes(expected);
    final Path file = cluster.mount().resolve("overwritten");
    Files.write(file, expected);
    try (ExtraMount second = ExtraMount.of(cluster, folder.resolve("second"))) {
      final Path other = second.point().resolve("overwritten");
      // From now on this mount knows the chains of both chunks, and has asked their members.
      assertThat(Files.mismatch(other, file)).isEqualTo(-1);
      Await.until("no chunk is short", REPAIR_BOUND, () -> isWhole("/overwritten", 0));
      final int stopped = memberOf("/overwritten");

      cluster.pause("datanode-" + stopped);
      try {
        overwriteAndRead(file, other, expected, random);
      } finally {
        cluster.resume("datanode-" + stopped);
      }
      // The datanode is back with old bytes, and both mounts still know it.
      for (int i = 0; i < 20; i++) {
        expectNewBytes(other, expected);
      }
      Await.until("every chunk has its replicas", REPAIR_BOUND, () -> isWhole("/overwritten", 0));
      expectNewBytes(other, expected);

      final long copied = cluster.status().getRepair().getBytesCopied();
      System.out.printf("copied for a node that stood still: %d bytes, seed %d%n", copied, seed);
      assertThat(copied).as("of 300 MiB in replicas, 1 MiB was changed").isLessThan(16 * MIB);
    }
  }

  /** Small overwrites, each of which the other mount must see once it is durable. */
  private static void overwriteAndRead(Path file, Path other, byte[] expected, Random random)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int i = 0; i < 64; i++) {
        final byte[] bytes = new byte[1 + random.nextInt(32_000)];
        random.nextBytes(bytes);
        final int offset = random.nextInt(expected.length - bytes.length);
        channel.write(ByteBuffer.wrap(bytes), offset);
        System.arraycopy(bytes, 0, expected, offset, bytes.length);
        if (i % 16 == 15) {
          channel.force(true);
          expectNewBytes(other, expected);
        }
      }
    }
  }

  private static void expectNewBytes(Path file, byte[] expected) throws IOException {
    final byte[] seen = Files.readAllBytes(file);
    assertThat(Arrays.mismatch(seen, expected)).as("first old byte").isEqualTo(-1);
  }

  private static String write(Path file, long bytes, Random random, AtomicLong written) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      final MessageDigest digest = MessageDigest.getInstance("SHA-256");
      final byte[] piece = new byte[1_000_000];
      while (written.get() < bytes) {
        random.nextBytes(piece);
        digest.update(piece);
        final ByteBuffer rest = ByteBuffer.wrap(piece);
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
        written.addAndGet(piece.length);
      }
      channel.force(true);
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException("the writer was told of an error", e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** A member of the chain that is being written: the one whose disk has the newest bytes. */
  private int lastWrittenTo() {
    return IntStream.rangeClosed(1, DATANODES)
        .boxed()
        .max(Comparator.comparing(this::newestChange))
        .orElseThrow();
  }

  private FileTime newestChange(int datanode) {
    try {
      return LiveFiles.below(cluster.data("datanode-" + datanode).resolve("chunks")).stream()
          .map(DatanodeLossTest::changed)
          .max(Comparator.naturalOrder())
          .orElse(FileTime.fromMillis(0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileTime changed(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int memberOf(String path) {
    final LocatedChunk first = cluster.locate(path).getChunks(0);
    return first.getLocation().getMembers(1).getPort() - cluster.basePort();
  }

  /** Whether each chunk has all its members, and none of them is the one that was lost. */
  private boolean isWhole(String path, int lost) {
    final StatusReply status = cluster.status();
    return ChunkCounts.notFull(status) == 0
        && cluster.locate(path).getChunksList().stream()
            .map(chunk -> chunk.getLocation().getMembersList())
            .allMatch(
                members ->
                    members.size() == REPLICATION
                        && members.stream()
                            .noneMatch(member -> member.getPort() == cluster.basePort() + lost));
  }
}
