package org.distrifs.master.namespace;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import org.distrifs.proto.range.BlockRanges;

/**
 * The allocated blocks of sparse files, and which of them were written, by the slot of the inode. A
 * file whose blocks are all written up to its end is not in here and costs nothing.
 */
public final class SparseFiles {

  /**
   * Blocks of a file.
   *
   * @param written those that hold data; the other allocated ones are reserved and hold zeros
   */
  public record Blocks(BlockRanges allocated, BlockRanges written) {
    /** Two that are equal are one in memory. */
    private int ranges() {
      return allocated.equals(written) ? allocated.size() : allocated.size() + written.size();
    }
  }

  /**
   * Ranges of one file at most, of each of the two kinds: {@value}. Where there are more, its
   * smallest holes count in full.
   */
  public static final int MAX_FILE_RANGES = 256;

  /** Ranges of all files at most, of some 16 bytes each: {@value}. */
  public static final int MAX_RANGES = 1 << 24;

  private final int maxRanges;
  private final Int2ObjectOpenHashMap<Blocks> byInode = new Int2ObjectOpenHashMap<>();
  private long ranges;

  SparseFiles() {
    this(MAX_RANGES);
  }

  SparseFiles(int maxRanges) {
    this.maxRanges = maxRanges;
  }

  /** The blocks of a file that is in here, or null. */
  public Blocks find(int inode) {
    return byInode.get(inode);
  }

  /** Puts a file in. Where there is room for fewer ranges, its smallest holes count in full. */
  public void put(int inode, BlockRanges allocated, BlockRanges written) {
    remove(inode);
    boolean isOne = allocated.equals(written);
    long left = isOne ? maxRanges - ranges : (maxRanges - ranges) / 2;
    int room = (int) Math.max(1, Math.min(MAX_FILE_RANGES, left));
    BlockRanges keptAllocated = allocated.atMost(room);
    Blocks kept = new Blocks(keptAllocated, isOne ? keptAllocated : written.atMost(room));
    byInode.put(inode, kept);
    ranges += kept.ranges();
  }

  /** Takes a file out, if it is in here. */
  public void remove(int inode) {
    Blocks before = byInode.remove(inode);
    if (before != null) {
      ranges -= before.ranges();
    }
  }
}
