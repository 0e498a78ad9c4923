package org.distrifs.proto.range;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.distrifs.proto.control.BlockRange;

/**
 * Blocks of a file, as ascending ranges that do not touch. A block is 4 KiB; the largest file has
 * 2^51 of them. Immutable.
 */
public final class BlockRanges {
  public static final int BLOCK_BYTES = 4096;

  /** Blocks of the largest file. */
  public static final long MAX_BLOCKS = Long.MAX_VALUE / BLOCK_BYTES + 1;

  public static final BlockRanges NONE = new BlockRanges(new long[0]);
  public static final BlockRanges ALL = of(0, MAX_BLOCKS);

  /** For each range its first block and the first block behind it; strictly ascending. */
  private final long[] bounds;

  private BlockRanges(long[] bounds) {
    this.bounds = bounds;
  }

  /** The blocks from {@code first} up to {@code end}, which is not one of them. */
  public static BlockRanges of(long first, long end) {
    return first < end ? new BlockRanges(new long[] {first, end}) : NONE;
  }

  /** The blocks that hold any byte of [{@code offset}, {@code end}). */
  public static BlockRanges touching(long offset, long end) {
    return offset < end ? of(offset / BLOCK_BYTES, count(end)) : NONE;
  }

  /** The blocks that lie completely within [{@code offset}, {@code end}). */
  public static BlockRanges within(long offset, long end) {
    return of(count(offset), end == Long.MAX_VALUE ? MAX_BLOCKS : end / BLOCK_BYTES);
  }

  /**
   * The union of the ranges of a message, which may be in any order and may overlap.
   *
   * @throws IllegalArgumentException if one is empty or reaches beyond the largest file
   */
  public static BlockRanges of(List<BlockRange> message) {
    BlockRanges all = NONE;
    for (BlockRange range : message) {
      long first = range.getFirst();
      long count = range.getCount();
      if (first < 0 || count <= 0 || first > MAX_BLOCKS || count > MAX_BLOCKS - first) {
        throw new IllegalArgumentException("blocks %d and on, %d of them".formatted(first, count));
      }
      all = all.plus(of(first, first + count));
    }
    return all;
  }

  /** How many blocks a file of this many bytes has. */
  public static long count(long bytes) {
    return bytes == 0 ? 0 : (bytes - 1) / BLOCK_BYTES + 1;
  }

  public List<BlockRange> toMessage() {
    List<BlockRange> message = new ArrayList<>(size());
    for (int i = 0; i < bounds.length; i += 2) {
      message.add(
          BlockRange.newBuilder().setFirst(bounds[i]).setCount(bounds[i + 1] - bounds[i]).build());
    }
    return message;
  }

  /** How many ranges there are. */
  public int size() {
    return bounds.length / 2;
  }

  public boolean isEmpty() {
    return bounds.length == 0;
  }

  /** How many blocks there are. */
  public long blocks() {
    long sum = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      sum += bounds[i + 1] - bounds[i];
    }
    return sum;
  }

  public BlockRanges plus(BlockRanges others) {
    return others.isEmpty() ? this : isEmpty() ? others : merged(others, false);
  }

  public BlockRanges minus(BlockRanges others) {
    return others.isEmpty() || isEmpty() ? this : merged(others, true);
  }

  /** The blocks before {@code end}. */
  public BlockRanges below(long end) {
    return minus(of(end, MAX_BLOCKS));
  }

  /** At most {@code count} ranges, 1 or more, that contain these: the smallest gaps are filled. */
  public BlockRanges atMost(int count) {
    if (size() <= count) {
      return this;
    }
    long[] gaps = new long[size() - 1];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = bounds[2 * i + 2] - bounds[2 * i + 1];
    }
    long[] sorted = gaps.clone();
    Arrays.sort(sorted);
    int toKeep = count - 1;
    long smallestKept = toKeep == 0 ? Long.MAX_VALUE : sorted[gaps.length - toKeep];
    long[] kept = new long[2 * count];
    int length = 0;
    kept[length++] = bounds[0];
    // Several gaps may be as large as the smallest that is kept: keep only as many as fit.
    int larger = 0;
    for (long gap : gaps) {
      larger += gap > smallestKept ? 1 : 0;
    }
    int equal = toKeep - larger;
    for (int i = 0; i < gaps.length; i++) {
      if (gaps[i] > smallestKept || gaps[i] == smallestKept && equal-- > 0) {
        kept[length++] = bounds[2 * i + 1];
        kept[length++] = bounds[2 * i + 2];
      }
    }
    kept[length++] = bounds[bounds.length - 1];
    return new BlockRanges(kept);
  }

  /**
   * The first block of this set at or behind {@code block}; {@link #MAX_BLOCKS} if there is none.
   */
  public long nextIn(long block) {
    int end = boundsUpTo(block);
    return (end & 1) != 0 ? block : end < bounds.length ? bounds[end] : MAX_BLOCKS;
  }

  /** The first block at or behind {@code block} that is not in this set. */
  public long nextOut(long block) {
    int end = boundsUpTo(block);
    return (end & 1) != 0 ? bounds[end] : block;
  }

  /** How many bounds are at or below a block. The number is odd if the block is in this set. */
  private int boundsUpTo(long block) {
    int found = Arrays.binarySearch(bounds, block);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** Walks along the bounds of both sets, and keeps those at which the result begins or ends. */
  private BlockRanges merged(BlockRanges others, boolean without) {
    long[] result = new long[bounds.length + others.bounds.length];
    int length = 0;
    int own = 0;
    int other = 0;
    boolean isIn = false;
    while (own < bounds.length || other < others.bounds.length) {
      long at = Math.min(bound(bounds, own), bound(others.bounds, other));
      own += bound(bounds, own) == at ? 1 : 0;
      other += bound(others.bounds, other) == at ? 1 : 0;
      boolean inOwn = (own & 1) != 0;
      boolean inOther = (other & 1) != 0;
      if ((without ? inOwn && !inOther : inOwn || inOther) != isIn) {
        result[length++] = at;
        isIn = !isIn;
      }
    }
    return length == 0 ? NONE : new BlockRanges(Arrays.copyOf(result, length));
  }

  private static long bound(long[] bounds, int index) {
    return index < bounds.length ? bounds[index] : Long.MAX_VALUE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BlockRanges ranges && Arrays.equals(bounds, ranges.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }

  @Override
  public String toString() {
    return toMessage().stream()
        .map(range -> "%d+%d".formatted(range.getFirst(), range.getCount()))
        .toList()
        .toString();
  }
}
