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

  /** The first block of a range, the first block behind it, and so on: strictly ascending. */
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

  /** The blocks that lie in [{@code offset}, {@code end}) as a whole. */
  public static BlockRanges within(long offset, long end) {
    return of(count(offset), end == Long.MAX_VALUE ? MAX_BLOCKS : end / BLOCK_BYTES);
  }

  /**
   * What a message says, whose ranges may be in any order and overlap.
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

  /** The blocks of a file of so many bytes. */
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

  /** Those before a block. */
  public BlockRanges below(long end) {
    return minus(of(end, MAX_BLOCKS));
  }

  /** No more than so many ranges, 1 or more: the smallest gaps are closed. */
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
    // Of gaps as large as the smallest that is kept, as many as there is room for.
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

  /** The first of these blocks at or behind one; {@link #MAX_BLOCKS} if there is none. */
  public long nextIn(long block) {
    int end = boundsUpTo(block);
    return (end & 1) != 0 ? block : end < bounds.length ? bounds[end] : MAX_BLOCKS;
  }

  /** The first block at or behind one that is not among these. */
  public long nextOut(long block) {
    int end = boundsUpTo(block);
    return (end & 1) != 0 ? bounds[end] : block;
  }

  /** How many bounds are no higher than a block: an odd number if it is among these. */
  private int boundsUpTo(long block) {
    int found = Arrays.binarySearch(bounds, block);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** Walks along the bounds of both, and keeps those where the result begins or ends. */
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
