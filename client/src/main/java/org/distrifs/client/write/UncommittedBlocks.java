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

  /** Changes nothing if all of it is known already. */
  void written(long offset, long end) {
    long knownUpTo = change.written().nextOut(offset / BlockRanges.BLOCK_BYTES);
    if (change.punched().isEmpty() && knownUpTo >= BlockRanges.count(end)) {
      return;
    }
    change = change.then(AllocationChange.written(BlockRanges.touching(offset, end)));
    // Only now and then, so that not each small write of a database closes gaps.
    if (change.written().size() > 2 * MAX_RANGES) {
      change =
          new AllocationChange(
              change.written().atMost(MAX_RANGES), change.punched(), change.reserved());
    }
  }

  void punched(BlockRanges blocks) {
    change = change.then(AllocationChange.punched(blocks));
  }

  /** They count as allocated, and hold data only if they did before. */
  void reserved(BlockRanges blocks) {
    change = change.then(AllocationChange.reserved(blocks));
  }

  /** All that the master is not known to have heard of. */
  AllocationChange change() {
    return committing.then(change);
  }

  void beginCommit() {
    BlockRanges punched = change.punched();
    committing =
        new AllocationChange(
            change.written().atMost(MAX_RANGES),
            punched.size() > MAX_RANGES ? BlockRanges.NONE : punched,
            change.reserved().atMost(MAX_RANGES));
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
