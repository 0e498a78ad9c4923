package org.distrifs.client.write;

import org.distrifs.proto.range.BlockRanges;

/**
 * Which blocks of a file were written, reserved or punched that the master has not heard of. Not
 * thread-safe: belongs to the file's lock.
 */
final class UncommittedBlocks {

  /** Ranges that a commit tells of at most. Where there are more, small gaps count as written. */
  private static final int MAX_RANGES = 256;

  private AllocationChange change = AllocationChange.NONE;
  private AllocationChange committing = AllocationChange.NONE;

  /** Allocates nothing if all of it is known already. */
  void allocated(long offset, long end) {
    long knownUpTo = change.allocated().nextOut(offset / BlockRanges.BLOCK_BYTES);
    if (change.punched().isEmpty() && knownUpTo >= BlockRanges.count(end)) {
      return;
    }
    change = change.then(new AllocationChange(BlockRanges.touching(offset, end), BlockRanges.NONE));
    // Only now and then, so that not each small write of a database closes gaps.
    if (change.allocated().size() > 2 * MAX_RANGES) {
      change = new AllocationChange(change.allocated().atMost(MAX_RANGES), change.punched());
    }
  }

  void punched(BlockRanges blocks) {
    change = change.then(new AllocationChange(BlockRanges.NONE, blocks));
  }

  /** All that the master is not known to have heard of. */
  AllocationChange change() {
    return committing.then(change);
  }

  void beginCommit() {
    BlockRanges punched = change.punched();
    committing =
        new AllocationChange(
            change.allocated().atMost(MAX_RANGES),
            punched.size() > MAX_RANGES ? BlockRanges.NONE : punched);
    change = AllocationChange.NONE;
  }

  /** What the commit under way tells. */
  AllocationChange committing() {
    return committing;
  }

  /**
   * The commit under way was answered, or not.
   *
   * @param isOutcomeKnown false when nobody knows: then what it told of is told again
   */
  void commitEnded(boolean isOutcomeKnown) {
    if (!isOutcomeKnown) {
      change = change();
    }
    committing = AllocationChange.NONE;
  }
}
