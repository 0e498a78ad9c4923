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
    blocks.allocated(0, 10 * BLOCK);
    blocks.punched(BlockRanges.of(2, 6));
    blocks.allocated(3 * BLOCK + 1, 4 * BLOCK - 1);
    expectCommit(
        BlockRanges.of(0, 2).plus(BlockRanges.of(3, 4)).plus(BlockRanges.of(6, 10)),
        BlockRanges.of(2, 3).plus(BlockRanges.of(4, 6)));
    blocks.commitEnded(true);
    expectCommit(BlockRanges.NONE, BlockRanges.NONE);
  }

  @Test
  void whatNobodyKnowsToBeCommittedIsToldAgainUnlessItIsOverridden() {
    blocks.allocated(0, 4 * BLOCK);
    blocks.punched(BlockRanges.of(8, 12));
    blocks.beginCommit();
    blocks.allocated(9 * BLOCK, 10 * BLOCK);
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
    blocks.allocated(20 * BLOCK, 30 * BLOCK);
    blocks.punched(BlockRanges.of(8, 12));
    blocks.beginCommit();
    AllocationChange committing = blocks.committing();
    blocks.allocated(9 * BLOCK, 10 * BLOCK);
    assertThat(blocks.change().after(before)).isEqualTo(after);
    assertThat(blocks.change().after(committing.after(before))).isEqualTo(after);
    blocks.commitEnded(true);
    assertThat(blocks.change().after(committing.after(before))).isEqualTo(after);
  }

  @Test
  void manySmallWritesAreToldInFewRanges() {
    for (long i = 0; i < 10_000; i++) {
      blocks.allocated(2 * i * BLOCK, (2 * i + 1) * BLOCK);
    }
    blocks.beginCommit();
    BlockChanges told = blocks.committing().toMessage();
    assertThat(told.getAllocatedCount()).isBetween(1, 256);
    BlockRanges ranges = BlockRanges.of(told.getAllocatedList());
    for (long i = 0; i < 10_000; i++) {
      assertThat(ranges.nextIn(2 * i)).isEqualTo(2 * i);
    }
    assertThat(ranges.nextIn(20_000)).isEqualTo(BlockRanges.MAX_BLOCKS);
  }

  private void expectCommit(BlockRanges allocated, BlockRanges punched) {
    blocks.beginCommit();
    assertThat(blocks.committing()).isEqualTo(new AllocationChange(allocated, punched));
  }
}
