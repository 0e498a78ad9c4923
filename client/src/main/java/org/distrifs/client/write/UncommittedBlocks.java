package org.distrifs.client.write;

import org.distrifs.proto.control.BlockChanges;
import org.distrifs.proto.range.BlockRanges;

/**
 * Which blocks of a file were written, reserved or punched that the master has not heard of. Not
 * thread-safe: belongs to the file's lock.
 */
final class UncommittedBlocks {

  /** Ranges that a commit tells of at most. Where there are more, small gaps count as written. */
  private static final int MAX_RANGES = 256;

  private BlockRanges allocated = BlockRanges.NONE;
  private BlockRanges punched = BlockRanges.NONE;
  private BlockRanges committing = BlockRanges.NONE;
  private BlockRanges committingPunched = BlockRanges.NONE;

  /** Allocates nothing if all of it is known already. */
  void allocated(long offset, long end) {
    long knownUpTo = allocated.nextOut(offset / BlockRanges.BLOCK_BYTES);
    if (punched.isEmpty() && knownUpTo >= BlockRanges.count(end)) {
      return;
    }
    BlockRanges more = BlockRanges.touching(offset, end);
    punched = punched.minus(more);
    allocated = allocated.plus(more);
    // Now and then, so that the many small writes of a database do not close gaps each.
    if (allocated.size() > 2 * MAX_RANGES) {
      allocated = allocated.atMost(MAX_RANGES);
    }
  }

  void punched(BlockRanges blocks) {
    allocated = allocated.minus(blocks);
    punched = punched.plus(blocks);
  }

  void beginCommit() {
    committing = allocated.atMost(MAX_RANGES);
    committingPunched = punched.size() > MAX_RANGES ? BlockRanges.NONE : punched;
    allocated = BlockRanges.NONE;
    punched = BlockRanges.NONE;
  }

  /** What the commit under way tells. */
  BlockChanges committing() {
    return BlockChanges.newBuilder()
        .addAllAllocated(committing.toMessage())
        .addAllPunched(committingPunched.toMessage())
        .build();
  }

  /**
   * The commit under way was answered, or not.
   *
   * @param settled false when nobody knows: then what it told of is told again
   */
  void commitEnded(boolean settled) {
    if (!settled) {
      punched = committingPunched.minus(allocated).plus(punched);
      allocated = committing.minus(punched).plus(allocated);
    }
    committing = BlockRanges.NONE;
    committingPunched = BlockRanges.NONE;
  }
}
