package org.distrifs.master.session;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which session may append to which file; {@code docs/append-leases.md} says why. By inode ids; as
 * many entries as files are being appended to.
 */
public final class AppendLeases {

  /** Leases of one session at most. */
  public static final int MAX_PER_SESSION = 65_536;

  private record Lease(long sessionId, long number) {}

  private final Map<Long, Lease> byInode = new TreeMap<>();
  private final Map<Long, Integer> leasesOf = new HashMap<>();

  /** Whether another session has the lease of a file. */
  public boolean isHeldByOther(long inode, long sessionId) {
    Lease lease = byInode.get(inode);
    return lease != null && lease.sessionId() != sessionId;
  }

  /** The session that has the lease of a file; 0 if none has. */
  public long holder(long inode) {
    Lease lease = byInode.get(inode);
    return lease == null ? 0 : lease.sessionId();
  }

  /** Whether a session has no room for the lease of a further file. */
  public boolean isFull(long sessionId) {
    return leasesOf.getOrDefault(sessionId, 0) >= MAX_PER_SESSION;
  }

  /**
   * Gives the lease to a session, or gives it once more; no other one may have it.
   *
   * @param number rises with each acquisition of a session
   */
  public void acquire(long inode, long sessionId, long number) {
    Lease before = byInode.get(inode);
    if (before == null) {
      leasesOf.merge(sessionId, 1, Integer::sum);
    }
    long highest = before == null ? number : Math.max(before.number(), number);
    byInode.put(inode, new Lease(sessionId, highest));
  }

  /** Takes the lease back, unless the session has another or acquired it under a higher number. */
  public void release(long inode, long sessionId, long number) {
    Lease lease = byInode.get(inode);
    if (lease != null && lease.sessionId() == sessionId && lease.number() <= number) {
      forget(inode);
    }
  }

  /** A session is over. */
  public void sessionEnds(long sessionId) {
    byInode.values().removeIf(lease -> lease.sessionId() == sessionId);
    leasesOf.remove(sessionId);
  }

  /** The file is gone, or nobody has its lease any more. */
  public void forget(long inode) {
    Lease lease = byInode.remove(inode);
    if (lease != null) {
      leasesOf.computeIfPresent(
          lease.sessionId(), (any, leases) -> leases == 1 ? null : leases - 1);
    }
  }

  @Override
  public int hashCode() {
    return byInode.hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AppendLeases others && byInode.equals(others.byInode);
  }
}
