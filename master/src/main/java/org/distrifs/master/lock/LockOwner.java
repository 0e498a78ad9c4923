package org.distrifs.master.lock;

import java.util.Comparator;

/**
 * Who owns a lock.
 *
 * @param number by which the session's client tells its owners apart
 */
public record LockOwner(long sessionId, long number) implements Comparable<LockOwner> {
  private static final Comparator<LockOwner> ORDER =
      Comparator.comparingLong(LockOwner::sessionId).thenComparingLong(LockOwner::number);

  @Override
  public int compareTo(LockOwner other) {
    return ORDER.compare(this, other);
  }
}
