package org.distrifs.master.state;

import java.util.List;
import java.util.Optional;
import org.distrifs.master.chunk.ChunkMap;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.master.namespace.SparseFiles;
import org.distrifs.master.table.OrderedIndex;
import org.distrifs.proto.control.BlockRange;
import org.distrifs.proto.range.BlockRanges;

/**
 * Which blocks of the files are allocated, as far as clients have told: {@code docs/ranges.md}. A
 * file is taken for written up to its end until something else is heard of it.
 */
final class AllocatedBlocks {

  /** Ranges in one message at most. */
  private static final int MAX_TOLD_RANGES = 1024;

  private final InodeTable inodes;
  private final SparseFiles sparse;
  private final ChunkMap chunks;

  AllocatedBlocks(Namespace namespace, ChunkMap chunks) {
    this.inodes = namespace.inodes();
    this.sparse = namespace.sparseFiles();
    this.chunks = chunks;
  }

  /**
   * What a client tells.
   *
   * @throws IllegalArgumentException if it is more than a client may tell, or makes no sense
   */
  static BlockRanges read(List<BlockRange> told) {
    if (told.size() > MAX_TOLD_RANGES) {
      throw new IllegalArgumentException(MAX_TOLD_RANGES + " ranges of blocks at a time");
    }
    return BlockRanges.of(told);
  }

  /**
   * Some were written, reserved or punched.
   *
   * @param mayLieBehindTheEnd false for what is told by a client that does not know of a truncation
   */
  void changed(
      int inode,
      long sizeBefore,
      boolean mayLieBehindTheEnd,
      BlockRanges allocated,
      BlockRanges punched) {
    BlockRanges more = mayLieBehindTheEnd ? allocated : allocated.below(blocks(inode));
    put(inode, of(inode, sizeBefore).plus(more).minus(punched));
  }

  /** The file may have become longer, by what was written. */
  void grew(int inode, long sizeBefore) {
    changed(
        inode,
        sizeBefore,
        true,
        BlockRanges.touching(sizeBefore, inodes.size(inode)),
        BlockRanges.NONE);
  }

  /** The size was set: what is new is a hole, and nothing is left of what lies behind the end. */
  void truncated(int inode, long sizeBefore) {
    BlockRanges before = of(inode, sizeBefore);
    boolean isLonger = inodes.size(inode) > sizeBefore;
    put(inode, isLonger ? before : before.below(blocks(inode)));
  }

  /** Those of a file that is not simply written up to its end. */
  Optional<BlockRanges> ofSparse(int inode) {
    return Optional.ofNullable(sparse.allocated(inode));
  }

  /**
   * How many a file has. Whatever is known of one that has chunks, it has a block: programs skip
   * the contents of one that has none.
   */
  long count(int inode) {
    BlockRanges ranges = sparse.allocated(inode);
    long known = ranges == null ? blocks(inode) : ranges.blocks();
    boolean mayHoldMore = known == 0 && inodes.size(inode) != 0 && hasCommittedChunk(inode);
    return mayHoldMore ? 1 : known;
  }

  private boolean hasCommittedChunk(int inode) {
    OrderedIndex.Cursor cursor = chunks.from(inode, 0);
    int chunk = cursor.next();
    while (chunk != 0 && chunks.file(chunk) == inode) {
      if (!chunks.isFresh(chunk)) {
        return true;
      }
      chunk = cursor.next();
    }
    return false;
  }

  private long blocks(int inode) {
    return BlockRanges.count(inodes.size(inode));
  }

  private BlockRanges of(int inode, long size) {
    BlockRanges ranges = sparse.allocated(inode);
    return ranges != null ? ranges : BlockRanges.of(0, BlockRanges.count(size));
  }

  private void put(int inode, BlockRanges ranges) {
    if (ranges.equals(BlockRanges.of(0, blocks(inode)))) {
      sparse.remove(inode);
    } else {
      sparse.put(inode, ranges);
    }
  }
}
