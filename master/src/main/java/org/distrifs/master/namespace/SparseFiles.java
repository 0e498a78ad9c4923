package org.distrifs.master.namespace;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import org.distrifs.proto.range.BlockRanges;

/**
 * The allocated blocks of sparse files, by the slot of the inode. A file whose blocks are all
 * allocated up to its end is not in here and costs nothing.
 */
public final class SparseFiles {

  /**
   * Ranges of one file at most: {@value}. Where there are more, its smallest holes count in full.
   */
  public static final int MAX_FILE_RANGES = 256;

  /** Ranges of all files at most, of some 16 bytes each: {@value}. */
  public static final int MAX_RANGES = 1 << 24;

  private final int maxRanges;
  private final Int2ObjectOpenHashMap<BlockRanges> byInode = new Int2ObjectOpenHashMap<>();
  private long ranges;

  SparseFiles() {
    this(MAX_RANGES);
  }

  SparseFiles(int maxRanges) {
    this.maxRanges = maxRanges;
  }

  /** The allocated blocks of a file that is in here, or null. */
  public BlockRanges allocated(int inode) {
    return byInode.get(inode);
  }

  /** Puts a file in. Where there is room for fewer ranges, its smallest holes count in full. */
  public void put(int inode, BlockRanges allocated) {
    remove(inode);
    long room = Math.max(1, Math.min(MAX_FILE_RANGES, maxRanges - ranges));
    BlockRanges kept = allocated.atMost((int) room);
    byInode.put(inode, kept);
    ranges += kept.size();
  }

  /** Takes a file out, if it is in here. */
  public void remove(int inode) {
    BlockRanges before = byInode.remove(inode);
    if (before != null) {
      ranges -= before.size();
    }
  }
}
