package org.distrifs.master.state;

import java.util.List;
import java.util.Optional;
import org.distrifs.master.chunk.ChunkMap;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.master.namespace.SparseFiles;
import org.distrifs.master.table.OrderedIndex;
import org.distrifs.proto.control.BlockChanges;
import org.distrifs.proto.control.BlockRange;
import org.distrifs.proto.range.BlockRanges;

/**
 * Which blocks of the files are allocated, and which of these were written, as far as clients have
 * told: {@code docs/ranges.md}. A file is taken for written up to its end until something else is
 * heard of it.
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

  /** What became of blocks; as {@link BlockChanges}. */
  record Change(BlockRanges written, BlockRanges punched, BlockRanges reserved) {}

  /**
   * What a client tells.
   *
   * @throws IllegalArgumentException if it is more than a client may tell, or makes no sense
   */
  static Change read(BlockChanges told) {
    return new Change(
        read(told.getWrittenList()), read(told.getPunchedList()), read(told.getReservedList()));
  }

  private static BlockRanges read(List<BlockRange> told) {
    if (told.size() > MAX_TOLD_RANGES) {
      throw new IllegalArgumentException(MAX_TOLD_RANGES + " ranges of blocks at a time");
    }
    return BlockRanges.of(told);
  }

  /**
   * Some were written, punched or reserved.
   *
   * @param mayLieBehindTheEnd false for what is told by a client that does not know of a truncation
   */
  void changed(int inode, long sizeBefore, boolean mayLieBehindTheEnd, Change change) {
    long end = mayLieBehindTheEnd ? BlockRanges.MAX_BLOCKS : blocks(inode);
    BlockRanges written = change.written().below(end);
    BlockRanges reserved = change.reserved().below(end);
    SparseFiles.Blocks before = of(inode, sizeBefore);
    put(
        inode,
        before.allocated().plus(written).minus(change.punched()).plus(reserved),
        before.written().plus(written).minus(change.punched()));
  }

  /** The file may have become longer, by what was written. */
  void grew(int inode, long sizeBefore) {
    BlockRanges written = BlockRanges.touching(sizeBefore, inodes.size(inode));
    changed(inode, sizeBefore, true, new Change(written, BlockRanges.NONE, BlockRanges.NONE));
  }

  /** The size was set: what is new is a hole, and nothing is left of what lies behind the end. */
  void truncated(int inode, long sizeBefore) {
    SparseFiles.Blocks before = of(inode, sizeBefore);
    boolean isLonger = inodes.size(inode) > sizeBefore;
    long end = isLonger ? BlockRanges.MAX_BLOCKS : blocks(inode);
    put(inode, before.allocated().below(end), before.written().below(end));
  }

  /** Those that were written, of a file that is not simply written up to its end. */
  Optional<BlockRanges> writtenOfSparse(int inode) {
    return Optional.ofNullable(sparse.find(inode)).map(SparseFiles.Blocks::written);
  }

  /**
   * How many a file has. Whatever is known of one that has chunks, it has a block: programs skip
   * the contents of one that has none.
   */
  long count(int inode) {
    SparseFiles.Blocks blocks = sparse.find(inode);
    long known = blocks == null ? blocks(inode) : blocks.allocated().blocks();
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

  private SparseFiles.Blocks of(int inode, long size) {
    SparseFiles.Blocks blocks = sparse.find(inode);
    if (blocks != null) {
      return blocks;
    }
    BlockRanges all = BlockRanges.of(0, BlockRanges.count(size));
    return new SparseFiles.Blocks(all, all);
  }

  private void put(int inode, BlockRanges allocated, BlockRanges written) {
    BlockRanges all = BlockRanges.of(0, blocks(inode));
    if (allocated.equals(all) && written.equals(all)) {
      sparse.remove(inode);
    } else {
      sparse.put(inode, allocated, written);
    }
  }
}
