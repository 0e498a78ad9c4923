package org.distrifs.client.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.distrifs.proto.control.BlockChanges;
import org.distrifs.proto.range.BlockRanges;
import org.junit.jupiter.api.Test;

class UncommittedBlocksTest {
  private static final int BLOCK = BlockRanges.BLOCK_BYTES;

  private final UncommittedBlocks blocks = new UncommittedBlocks();

  @Test
  void theLastThatHappenedToABlockCounts() {
    blocks.written(0, 10 * BLOCK);
    blocks.punched(BlockRanges.of(2, 6));
    blocks.written(3 * BLOCK + 1, 4 * BLOCK - 1);
    expectCommit(
        BlockRanges.of(0, 2).plus(BlockRanges.of(3, 4)).plus(BlockRanges.of(6, 10)),
        BlockRanges.of(2, 3).plus(BlockRanges.of(4, 6)));
    blocks.commitEnded(true);
    expectCommit(BlockRanges.NONE, BlockRanges.NONE);
  }

  @Test
  void whatNobodyKnowsToBeCommittedIsToldAgainUnlessItIsOverridden() {
    blocks.written(0, 4 * BLOCK);
    blocks.punched(BlockRanges.of(8, 12));
    blocks.beginCommit();
    blocks.written(9 * BLOCK, 10 * BLOCK);
    blocks.punched(BlockRanges.of(1, 2));
    blocks.commitEnded(false);
    expectCommit(
        BlockRanges.of(0, 1).plus(BlockRanges.of(2, 4)).plus(BlockRanges.of(9, 10)),
        BlockRanges.of(1, 2).plus(BlockRanges.of(8, 9)).plus(BlockRanges.of(10, 12)));
  }

  @Test
  void whatACommitTellsCountsWhetherTheMasterHasHeardOfItOrNot() {
    BlockRanges before = BlockRanges.of(0, 20);
    BlockRanges after =
        BlockRanges.of(0, 8).plus(BlockRanges.of(9, 10)).plus(BlockRanges.of(12, 30));
    blocks.written(20 * BLOCK, 30 * BLOCK);
    blocks.punched(BlockRanges.of(8, 12));
    blocks.beginCommit();
    AllocationChange committing = blocks.committing();
    blocks.written(9 * BLOCK, 10 * BLOCK);
    assertThat(blocks.change().dataAfter(before)).isEqualTo(after);
    assertThat(blocks.change().dataAfter(committing.dataAfter(before))).isEqualTo(after);
    blocks.commitEnded(true);
    assertThat(blocks.change().dataAfter(committing.dataAfter(before))).isEqualTo(after);
  }

  @Test
  void manySmallWritesAreToldInFewRanges() {
    for (long i = 0; i < 10_000; i++) {
      blocks.written(2 * i * BLOCK, (2 * i + 1) * BLOCK);
    }
    blocks.beginCommit();
    BlockChanges told = blocks.committing().toMessage();
    assertThat(told.getWrittenCount()).isBetween(1, 256);
    BlockRanges ranges = BlockRanges.of(told.getWrittenList());
    for (long i = 0; i < 10_000; i++) {
      assertThat(ranges.nextIn(2 * i)).isEqualTo(2 * i);
    }
    assertThat(ranges.nextIn(20_000)).isEqualTo(BlockRanges.MAX_BLOCKS);
  }

  @Test
  void reservedBlocksHoldDataIfTheyDidOrDoLater() {
    blocks.written(0, 2 * BLOCK);
    blocks.reserved(BlockRanges.of(1, 6));
    blocks.written(4 * BLOCK, 5 * BLOCK);
    expectCommit(
        BlockRanges.of(0, 2).plus(BlockRanges.of(4, 5)),
        BlockRanges.NONE,
        BlockRanges.of(2, 4).plus(BlockRanges.of(5, 6)));
  }

  @Test
  void whatIsPunchedAndThenReservedHoldsNoData() {
    blocks.written(0, 4 * BLOCK);
    blocks.punched(BlockRanges.of(1, 3));
    blocks.reserved(BlockRanges.of(0, 6));
    assertThat(blocks.change().dataAfter(BlockRanges.of(0, 9)))
        .isEqualTo(BlockRanges.of(0, 1).plus(BlockRanges.of(3, 9)));
    expectCommit(
        BlockRanges.of(0, 1).plus(BlockRanges.of(3, 4)),
        BlockRanges.of(1, 3),
        BlockRanges.of(1, 3).plus(BlockRanges.of(4, 6)));
    blocks.commitEnded(true);
    blocks.reserved(BlockRanges.of(0, 6));
    blocks.punched(BlockRanges.of(0, 6));
    expectCommit(BlockRanges.NONE, BlockRanges.of(0, 6), BlockRanges.NONE);
  }

  private void expectCommit(BlockRanges written, BlockRanges punched) {
    expectCommit(written, punched, BlockRanges.NONE);
  }

  private void expectCommit(BlockRanges written, BlockRanges punched, BlockRanges reserved) {
    blocks.beginCommit();
    assertThat(blocks.committing()).isEqualTo(new AllocationChange(written, punched, reserved));
  }
}
