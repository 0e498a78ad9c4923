package org.distrifs.proto.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.distrifs.proto.control.BlockRange;
import org.junit.jupiter.api.Test;

class BlockRangesTest {
  private static final int BLOCKS = 80;

  @Test
  void agreesWithASetOfBlocks() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    BlockRanges ranges = BlockRanges.NONE;
    BitSet model = new BitSet();
    for (int step = 0; step < 20_000; step++) {
      int first = random.nextInt(BLOCKS);
      int end = first + random.nextInt(12);
      if (random.nextBoolean()) {
        ranges = ranges.plus(BlockRanges.of(first, end));
        model.set(first, end);
      } else {
        ranges = ranges.minus(BlockRanges.of(first, end));
        model.clear(first, end);
      }
      assertThat(ranges).as("seed %d, step %d", seed, step).isEqualTo(of(model));
      assertThat(ranges.blocks()).isEqualTo(model.cardinality());
      int block = random.nextInt(BLOCKS);
      int next = model.nextSetBit(block);
      assertThat(ranges.nextIn(block)).isEqualTo(next < 0 ? BlockRanges.MAX_BLOCKS : next);
      assertThat(ranges.nextOut(block)).isEqualTo(model.nextClearBit(block));
      assertThat(ranges.below(block)).isEqualTo(of(model.get(0, block)));
      assertThat(BlockRanges.of(ranges.toMessage())).isEqualTo(ranges);
      expectFewer(ranges, 1 + random.nextInt(6));
    }
  }

  private static BlockRanges of(BitSet blocks) {
    BlockRanges ranges = BlockRanges.NONE;
    for (int first = blocks.nextSetBit(0); first >= 0; ) {
      int end = blocks.nextClearBit(first);
      ranges = ranges.plus(BlockRanges.of(first, end));
      first = blocks.nextSetBit(end);
    }
    return ranges;
  }

  /** What is added is as little as it can be. */
  private static void expectFewer(BlockRanges ranges, int count) {
    BlockRanges fewer = ranges.atMost(count);
    assertThat(fewer.size()).isEqualTo(Math.min(count, ranges.size()));
    assertThat(ranges.minus(fewer)).isEqualTo(BlockRanges.NONE);
    List<BlockRange> all = ranges.toMessage();
    long smallestGaps =
        LongStream.range(1, all.size())
            .map(i -> gapBefore(all, (int) i))
            .sorted()
            .limit(Math.max(0, ranges.size() - count))
            .sum();
    assertThat(fewer.blocks()).isEqualTo(ranges.blocks() + smallestGaps);
  }

  private static long gapBefore(List<BlockRange> ranges, int index) {
    BlockRange before = ranges.get(index - 1);
    return ranges.get(index).getFirst() - before.getFirst() - before.getCount();
  }

  @Test
  void bytesTouchBlocksOrFillThem() {
    assertThat(BlockRanges.touching(4095, 4097)).isEqualTo(BlockRanges.of(0, 2));
    assertThat(BlockRanges.touching(0, 4096)).isEqualTo(BlockRanges.of(0, 1));
    assertThat(BlockRanges.touching(5, 5)).isEqualTo(BlockRanges.NONE);
    assertThat(BlockRanges.within(1, 8192)).isEqualTo(BlockRanges.of(1, 2));
    assertThat(BlockRanges.within(1, 8191)).isEqualTo(BlockRanges.NONE);
    assertThat(BlockRanges.touching(Long.MAX_VALUE - 1, Long.MAX_VALUE))
        .isEqualTo(BlockRanges.of(BlockRanges.MAX_BLOCKS - 1, BlockRanges.MAX_BLOCKS));
    assertThat(BlockRanges.within(0, Long.MAX_VALUE)).isEqualTo(BlockRanges.ALL);
  }

  @Test
  void aMessageBeyondTheLargestFileIsRefused() {
    expectRefused(0, 0);
    expectRefused(-1, 1);
    expectRefused(0, -1);
    expectRefused(BlockRanges.MAX_BLOCKS, 1);
    expectRefused(1, BlockRanges.MAX_BLOCKS);
    expectRefused(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  private static void expectRefused(long first, long count) {
    BlockRange range = BlockRange.newBuilder().setFirst(first).setCount(count).build();
    assertThatThrownBy(() -> BlockRanges.of(List.of(range)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
