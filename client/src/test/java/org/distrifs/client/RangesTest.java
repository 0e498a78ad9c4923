package org.distrifs.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.client.fake.FakeCluster.CHUNK_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.distrifs.client.fake.FakeCluster;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.range.BlockRanges;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Data and holes, zeroing and extending, files without a name, and the largest offsets. */
class RangesTest {
  private static final int BLOCK = BlockRanges.BLOCK_BYTES;
  private static final long FAR = 1000L * CHUNK_BYTES;

  @RegisterExtension final FakeCluster cluster = new FakeCluster();
  private final DistriFsClient client = cluster.client();

  @AfterEach
  void close() throws Exception {
    client.close();
  }

  @Test
  void dataIsWhatWasWrittenSentOrNot() throws IOException {
    OpenFile file = FakeCluster.create(client, "f");
    file.write(3 * BLOCK + 10, bytes(1));
    file.write(FAR + 10, bytes(1));
    expectData(file);
    file.flush();
    expectData(file);
    try (DistriFsClient other = cluster.client();
        OpenFile same = other.open(file.inode())) {
      expectData(same);
    }
  }

  private static void expectData(OpenFile file) throws IOException {
    assertThat(file.nextData(0, FAR * 2)).isEqualTo(3 * BLOCK);
    assertThat(file.nextData(3 * BLOCK + 77, FAR * 2)).isEqualTo(3 * BLOCK + 77);
    assertThat(file.nextHole(0, FAR * 2)).isZero();
    assertThat(file.nextHole(3 * BLOCK, FAR * 2)).isEqualTo(4 * BLOCK);
    assertThat(file.nextHole(3 * BLOCK, 3 * BLOCK + 100)).isEqualTo(3 * BLOCK + 100);
    assertThat(file.nextData(4 * BLOCK, FAR * 2)).isEqualTo(FAR);
    assertThat(file.nextData(CHUNK_BYTES, FAR)).isEqualTo(FAR);
    assertThat(file.nextData(CHUNK_BYTES, FAR - 1)).isEqualTo(FAR - 1);
    assertThat(file.nextHole(FAR, FAR * 2)).isEqualTo(FAR + BLOCK);
    assertThat(file.nextData(FAR + BLOCK, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    assertThat(file.nextHole(FAR + BLOCK, Long.MAX_VALUE)).isEqualTo(FAR + BLOCK);
  }

  @Test
  void whatIsPunchedIsAHoleAndNotAllocated() throws IOException {
    OpenFile file = FakeCluster.create(client, "f");
    file.write(0, filled(10 * BLOCK));
    file.flush();
    assertThat(file.attributes().getAllocatedBlocks()).isEqualTo(10);
    file.punch(2 * BLOCK - 1, 3 * BLOCK);
    expectHoleOfTwoBlocks(file);
    file.flush();
    expectHoleOfTwoBlocks(file);
    assertThat(file.attributes().getAllocatedBlocks()).isEqualTo(8);
    assertThat(readByte(file, 2 * BLOCK - 1)).isZero();
    assertThat(readByte(file, 5 * BLOCK - 1)).isOne();
    file.write(3 * BLOCK, bytes(1));
    assertThat(file.nextData(2 * BLOCK, 10 * BLOCK)).isEqualTo(3 * BLOCK);
    file.flush();
    assertThat(file.attributes().getAllocatedBlocks()).isEqualTo(9);
    file.punch(9 * BLOCK + 5, 10 * BLOCK);
    file.punch(5, 9 * BLOCK);
    file.flush();
    assertThat(file.attributes().getAllocatedBlocks()).isEqualTo(2);
  }

  private static void expectHoleOfTwoBlocks(OpenFile file) throws IOException {
    assertThat(file.nextHole(0, 10 * BLOCK)).isEqualTo(2 * BLOCK);
    assertThat(file.nextData(2 * BLOCK, 10 * BLOCK)).isEqualTo(4 * BLOCK);
  }

  @Test
  void whatIsAllocatedCountsWithoutBeingWritten() throws IOException {
    OpenFile file = FakeCluster.create(client, "f");
    file.allocate(0, FAR + 1);
    file.flush();
    assertThat(file.attributes().getSize()).isZero();
    assertThat(file.attributes().getAllocatedBlocks()).isEqualTo(FAR / BLOCK + 1);
    assertThat(file.nextData(0, FAR)).isEqualTo(FAR);
    assertThat(cluster.master().chunksOf(file.inode())).isLessThanOrEqualTo(1);
    file.truncate(0);
    assertThat(file.attributes().getAllocatedBlocks()).isZero();
  }

  @Test
  void whatIsAllocatedIsAHoleUntilItIsWritten() throws IOException {
    OpenFile file = FakeCluster.create(client, "f");
    file.allocate(0, 20 * BLOCK);
    file.extend(20 * BLOCK);
    file.flush();
    file.write(10 * BLOCK, bytes(1));
    expectDataInTheMiddle(file);
    file.flush();
    expectDataInTheMiddle(file);
    assertThat(file.attributes().getAllocatedBlocks()).isEqualTo(20);
    file.allocate(8 * BLOCK, 5 * BLOCK);
    expectDataInTheMiddle(file);
    file.flush();
    expectDataInTheMiddle(file);
  }

  private static void expectDataInTheMiddle(OpenFile file) throws IOException {
    assertThat(file.nextData(0, 20 * BLOCK)).isEqualTo(10 * BLOCK);
    assertThat(file.nextHole(10 * BLOCK, 20 * BLOCK)).isEqualTo(11 * BLOCK);
    assertThat(file.nextData(11 * BLOCK, 20 * BLOCK)).isEqualTo(20 * BLOCK);
  }

  @Test
  void aHoleIsNoneIfThereIsDataThoughTheMasterDoesNotKnow() throws IOException {
    OpenFile file = FakeCluster.create(client, "f");
    file.write(0, filled(10 * BLOCK));
    file.punch(BLOCK, 8 * BLOCK);
    file.write(5 * BLOCK + 100, bytes(1));
    file.flush();
    // As if another mount had punched before that write, and committed after it.
    cluster.master().punchByAnother(file.inode(), BlockRanges.of(1, 9));
    assertThat(file.nextData(BLOCK, 10 * BLOCK)).isEqualTo(5 * BLOCK);
    assertThat(file.nextHole(5 * BLOCK, 10 * BLOCK)).isEqualTo(6 * BLOCK);
  }

  @Test
  void whatIsNotCommittedCountsAsFarAsItCanBeNew() throws IOException {
    OpenFile file = FakeCluster.create(client, "f");
    file.write(0, filled(10 * BLOCK));
    assertThat(file.attributes().getAllocatedBlocks()).isEqualTo(10);
    file.flush();
    file.write(BLOCK, filled(BLOCK));
    assertThat(file.attributes().getAllocatedBlocks()).isEqualTo(10);
    file.write(20 * BLOCK, filled(BLOCK));
    assertThat(file.attributes().getAllocatedBlocks()).isEqualTo(12);
    file.flush();
    assertThat(file.attributes().getAllocatedBlocks()).isEqualTo(11);
  }

  @Test
  void aFileWithoutBytesIsAHoleThoughItsFirstChunkIsAllocated() throws IOException {
    OpenFile file = FakeCluster.create(client, "f");
    file.extend(FAR);
    assertThat(file.nextData(0, FAR)).isEqualTo(FAR);
    assertThat(file.nextHole(5, FAR)).isEqualTo(5);
  }

  @Test
  void zeroingWritesOnlyWhereThereIsData() throws IOException {
    OpenFile file = FakeCluster.create(client, "f");
    file.extend(1L << 50);
    file.write(FAR, bytes(7));
    file.flush();
    int chunks = cluster.master().chunksOf(file.inode());
    file.zero(0, Long.MAX_VALUE);
    file.flush();
    assertThat(cluster.master().chunksOf(file.inode())).isEqualTo(chunks);
    assertThat(readByte(file, FAR)).isZero();
    assertThat(file.attributes().getSize()).isEqualTo(1L << 50);
  }

  @Test
  void anExtensionReachesTheMasterWithTheNextFlushAndNeverShortens() throws IOException {
    OpenFile file = FakeCluster.create(client, "f");
    file.extend(5_000);
    assertThat(file.attributes().getSize()).isEqualTo(5_000);
    file.extend(100);
    file.flush();
    try (DistriFsClient other = cluster.client();
        OpenFile same = other.open(file.inode())) {
      assertThat(same.attributes().getSize()).isEqualTo(5_000);
      same.extend(9_000);
      same.flush();
      file.extend(6_000);
      file.flush();
    }
    try (DistriFsClient third = cluster.client()) {
      assertThat(third.metadata().freshAttributes(file.inode()).getSize()).isEqualTo(9_000);
    }
  }

  @Test
  void theLastBytesOfTheLargestFileHoldWhatIsWritten() throws IOException {
    OpenFile file = FakeCluster.create(client, "f");
    long last = Long.MAX_VALUE - 1;
    file.write(last, bytes(1));
    file.write(last - 2, bytes(2, 3, 4));
    file.write(last - 10, bytes(5));
    file.write(last - 11, bytes(6, 7, 8));
    expectLastBytes(file, last);
    file.flush();
    expectLastBytes(file, last);
    assertThat(file.attributes().getSize()).isEqualTo(Long.MAX_VALUE);
    assertThat(cluster.master().chunksOf(file.inode())).isLessThanOrEqualTo(2);
    try (DistriFsClient other = cluster.client();
        OpenFile same = other.open(file.inode())) {
      expectLastBytes(same, last);
    }
  }

  private static void expectLastBytes(OpenFile file, long last) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(100);
    assertThat(file.read(last - 11, target)).isEqualTo(12);
    byte[] found = new byte[12];
    target.flip().get(found);
    assertThat(found).containsExactly(6, 7, 8, 0, 0, 0, 0, 0, 0, 2, 3, 4);
  }

  @Test
  void aFileWithoutANameCountsAsHeldFromThenOnThatItIsAskedFor() throws Exception {
    OpenFile before = FakeCluster.create(client, "before");
    long next = before.inode() + 1;
    cluster.master().postpone(operation -> operation.hasCreateUnnamed());
    CompletableFuture<OpenFile> asked =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client.createUnnamedAndOpen(1, 0600, 0, false, Caller.getDefaultInstance());
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    before.close();
    cluster.master().askForOrphans(7, List.of(before.inode(), next));
    FakeCluster.await(
        "the client answers which files it holds",
        () ->
            cluster.master().orphansAnswer() != null
                && cluster.master().orphansAnswer().getHeldOrphansList().equals(List.of(next)));
    cluster.master().postpone(operation -> false);
    OpenFile unnamed = asked.get();
    assertThat(unnamed.inode()).isEqualTo(next);
    cluster.master().askForOrphans(8, List.of(next, next + 1));
    FakeCluster.await(
        "the client answers which files it holds",
        () -> cluster.master().orphansAnswer().getOrphansQuestion() == 8);
    assertThat(cluster.master().orphansAnswer().getHeldOrphansList()).containsExactly(next);
    unnamed.close();
    cluster.master().askForOrphans(9, List.of(next));
    FakeCluster.await(
        "the client answers which files it holds",
        () -> cluster.master().orphansAnswer().getOrphansQuestion() == 9);
    assertThat(cluster.master().orphansAnswer().getHeldOrphansList()).isEmpty();
  }

  private static byte readByte(OpenFile file, long offset) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(1);
    assertThat(file.read(offset, target)).isOne();
    return target.get(0);
  }

  private static ByteBuffer filled(int length) {
    byte[] ones = new byte[length];
    Arrays.fill(ones, (byte) 1);
    return ByteBuffer.wrap(ones);
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return bytes.flip();
  }
}
