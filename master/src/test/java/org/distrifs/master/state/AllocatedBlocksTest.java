package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.CHUNK_SIZE;
import static org.distrifs.master.state.StateDriver.ROOT;
import static org.distrifs.master.state.StateDriver.SESSION;
import static org.distrifs.master.state.StateDriver.truncate;

import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.BlockChanges;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.GetChains;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.range.BlockRanges;
import org.junit.jupiter.api.Test;

/** Which blocks of a file count as allocated. */
class AllocatedBlocksTest {

  private static final int BLOCK = BlockRanges.BLOCK_BYTES;
  private static final BlockRanges NONE = BlockRanges.NONE;

  private final StateDriver fs = new StateDriver();
  private final long file = fs.file(ROOT, "f");

  @Test
  void aFileThatIsWrittenFromItsBeginningToItsEndIsNotSparse() {
    told(10 * BLOCK - 5, BlockRanges.of(0, 4), NONE);
    told(0, BlockRanges.of(3, 10), NONE);
    assertThat(blocks()).isEqualTo(10);
    assertThat(known().getSparse()).isFalse();
  }

  @Test
  void whatIsLeftOutIsAHoleUntilItIsWritten() {
    told(3 * BLOCK, BlockRanges.of(0, 3), NONE);
    told(100L * BLOCK, BlockRanges.of(99, 100), NONE);
    assertThat(blocks()).isEqualTo(4);
    assertThat(written()).isEqualTo(BlockRanges.of(0, 3).plus(BlockRanges.of(99, 100)));
    told(0, BlockRanges.of(2, 100), NONE);
    assertThat(blocks()).isEqualTo(100);
    assertThat(known().getSparse()).isFalse();
  }

  @Test
  void aClientThatTellsNothingHasWrittenAllThatIsNew() {
    told(10 * BLOCK, BlockRanges.of(9, 10), NONE);
    commit(Commit.newBuilder().setSize(20 * BLOCK).setModified(true));
    assertThat(written()).isEqualTo(BlockRanges.of(9, 20));
  }

  @Test
  void punchedBlocksCountNoMore() {
    told(10 * BLOCK, BlockRanges.of(0, 10), NONE);
    told(0, BlockRanges.of(4, 5), BlockRanges.of(2, 6));
    assertThat(blocks()).isEqualTo(6);
    told(0, NONE, BlockRanges.of(0, 10));
    assertThat(blocks()).isZero();
  }

  @Test
  void aFileWithChunksHasABlockWhateverWasPunched() {
    OperationReply chunk =
        fs.replyTo(
            SESSION,
            Operation.newBuilder().setAllocateChunk(AllocateChunk.newBuilder().setInode(file)));
    commit(
        Commit.newBuilder()
            .setSize(BLOCK)
            .addWrittenChunks(chunk.getChunks(0).getChunkId())
            .setBlocks(changes(BlockRanges.of(0, 1), NONE)));
    told(0, NONE, BlockRanges.of(0, 1));
    assertThat(blocks()).isEqualTo(1);
    assertThat(written()).isEqualTo(NONE);
  }

  @Test
  void aTruncationLeavesNothingBehindTheEndAndAddsNothing() {
    told(10 * BLOCK, BlockRanges.of(0, 50), NONE);
    assertThat(blocks()).isEqualTo(50);
    fs.reply(truncate(file, 5 * BLOCK + 1));
    assertThat(blocks()).isEqualTo(6);
    fs.reply(truncate(file, 8 * CHUNK_SIZE));
    assertThat(written()).isEqualTo(BlockRanges.of(0, 6));
    fs.reply(truncate(file, 6 * BLOCK));
    assertThat(known().getSparse()).isFalse();
  }

  @Test
  void whatIsReservedBehindTheEndStaysWhileTheFileGrows() {
    told(BLOCK, BlockRanges.of(0, 8), NONE);
    told(2 * BLOCK, BlockRanges.of(1, 2), NONE);
    assertThat(blocks()).isEqualTo(8);
    fs.reply(truncate(file, 2 * BLOCK));
    assertThat(blocks()).isEqualTo(2);
  }

  @Test
  void whatIsReservedIsAllocatedAndHoldsNoDataUntilItIsWritten() {
    reserved(20 * BLOCK, BlockRanges.of(0, 20));
    assertThat(blocks()).isEqualTo(20);
    assertThat(written()).isEqualTo(NONE);
    told(0, BlockRanges.of(10, 11), NONE);
    assertThat(blocks()).isEqualTo(20);
    assertThat(written()).isEqualTo(BlockRanges.of(10, 11));
    reserved(0, BlockRanges.of(5, 15));
    assertThat(written()).as("what was written stays data").isEqualTo(BlockRanges.of(10, 11));
    told(0, BlockRanges.of(0, 20), NONE);
    assertThat(blocks()).isEqualTo(20);
    assertThat(known().getSparse()).as("all is written").isFalse();
  }

  @Test
  void whatIsPunchedAndReservedInOneIsAllocatedAndHoldsNoData() {
    told(10 * BLOCK, BlockRanges.of(0, 10), NONE);
    BlockRanges zeroed = BlockRanges.of(2, 12);
    commit(
        Commit.newBuilder()
            .setSize(12 * BLOCK)
            .setBlocks(
                BlockChanges.newBuilder()
                    .addAllPunched(zeroed.toMessage())
                    .addAllReserved(zeroed.toMessage())));
    assertThat(blocks()).isEqualTo(12);
    assertThat(written()).isEqualTo(BlockRanges.of(0, 2));
    told(0, NONE, BlockRanges.of(0, 12));
    assertThat(blocks()).as("punched").isZero();
  }

  @Test
  void whatIsReservedBehindTheEndHoldsNoDataWhenTheFileComesToIt() {
    told(BLOCK, BlockRanges.of(0, 1), NONE);
    reserved(0, BlockRanges.of(1, 8));
    assertThat(blocks()).isEqualTo(8);
    fs.reply(truncate(file, 6 * BLOCK));
    assertThat(written()).isEqualTo(BlockRanges.of(0, 1));
    assertThat(blocks()).as("as without a change of the size").isEqualTo(8);
    fs.reply(truncate(file, 4 * BLOCK));
    assertThat(blocks()).isEqualTo(4);
    assertThat(written()).isEqualTo(BlockRanges.of(0, 1));
  }

  private void reserved(long size, BlockRanges reserved) {
    commit(
        Commit.newBuilder()
            .setSize(size)
            .setBlocks(BlockChanges.newBuilder().addAllReserved(reserved.toMessage())));
  }

  @Test
  void whoDoesNotKnowOfATruncationAllocatesNothingBehindIt() {
    told(10 * BLOCK, BlockRanges.of(0, 10), NONE);
    fs.reply(truncate(file, 4 * BLOCK));
    fs.replyTo(
        SESSION,
        Operation.newBuilder()
            .setCommit(
                Commit.newBuilder()
                    .setInode(file)
                    .setTruncateEpoch(0)
                    .setSize(12 * BLOCK)
                    .setBlocks(changes(BlockRanges.of(0, 12), NONE))));
    assertThat(blocks()).isEqualTo(4);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    BlockChanges.Builder empty = BlockChanges.newBuilder();
    empty.addPunchedBuilder().setFirst(5);
    expectRefused(empty);
    BlockChanges.Builder tooMany = BlockChanges.newBuilder();
    for (int i = 0; i <= 1024; i++) {
      tooMany.addWrittenBuilder().setFirst(2L * i).setCount(1);
    }
    expectRefused(tooMany);
    assertThat(blocks()).isZero();
  }

  private void expectRefused(BlockChanges.Builder changes) {
    Commit.Builder commit = Commit.newBuilder().setInode(file).setBlocks(changes);
    assertThat(fs.replyTo(SESSION, Operation.newBuilder().setCommit(commit)).getErrno())
        .isEqualTo(Errno.EINVAL.code());
  }

  private static BlockChanges changes(BlockRanges written, BlockRanges punched) {
    return BlockChanges.newBuilder()
        .addAllWritten(written.toMessage())
        .addAllPunched(punched.toMessage())
        .build();
  }

  private void told(long size, BlockRanges written, BlockRanges punched) {
    commit(Commit.newBuilder().setSize(size).setBlocks(changes(written, punched)));
  }

  private void commit(Commit.Builder commit) {
    commit.setInode(file).setTruncateEpoch(fs.attributes(file).getTruncateEpoch());
    assertThat(fs.replyTo(SESSION, Operation.newBuilder().setCommit(commit)).getErrno()).isZero();
  }

  private long blocks() {
    return fs.attributes(file).getAllocatedBlocks();
  }

  private OperationReply known() {
    GetChains.Builder question =
        GetChains.newBuilder().setInode(file).setCount(1).setSkipHoles(true);
    return fs.state().read(SESSION, Operation.newBuilder().setGetChains(question).build());
  }

  /** The blocks that hold data. */
  private BlockRanges written() {
    assertThat(known().getSparse()).isTrue();
    return BlockRanges.of(known().getWrittenList());
  }
}
