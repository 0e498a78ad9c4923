package org.distrifs.master.lock;

/**
 * A lock on the bytes {@code start} to {@code end} of a file, both included.
 *
 * @param isExclusive a write lock, not a read lock
 * @param start 0 or more
 * @param end at least {@code start}
 * @param pid of who set it, as its client calls it
 */
public record RangeLock(LockOwner owner, boolean isExclusive, long start, long end, int pid) {

  /** The last byte that any file can have. */
  public static final long LAST_BYTE = Long.MAX_VALUE;

  /** Whether both cannot be held at one time. */
  boolean conflictsWith(RangeLock other) {
    return (isExclusive || other.isExclusive)
        && start <= other.end
        && other.start <= end
        && !owner.equals(other.owner);
  }

  RangeLock from(long newStart) {
    return new RangeLock(owner, isExclusive, newStart, end, pid);
  }

  RangeLock to(long newEnd) {
    return new RangeLock(owner, isExclusive, start, newEnd, pid);
  }
}
