package org.distrifs.master.lock;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** All locks on files. As many entries as ranges are locked. */
public final class LockTable {

  /** Ranges that the owners of one session may have locked. */
  public static final int MAX_PER_SESSION = 65_536;

  /** Ranges of one kind that may be locked in one file. */
  public static final int MAX_PER_FILE = 16_384;

  private final TreeMap<LockedFile, RangeLocks> byFile = new TreeMap<>();
  private final Map<Long, SessionLocks> bySession = new HashMap<>();

  /** What a session has: where, and how many ranges. */
  private static final class SessionLocks {
    private final TreeSet<LockedFile> files = new TreeSet<>();
    private int ranges;
  }

  private RangeLocks on(LockedFile file) {
    return byFile.getOrDefault(file, new RangeLocks());
  }

  /** All locks that conflict with one, in the order of their first bytes. */
  public List<RangeLock> conflicts(LockedFile file, RangeLock wanted) {
    return on(file).conflicts(wanted);
  }

  /** Whether the owner has a lock there, and of the other type. */
  public boolean hasOtherType(LockedFile file, LockOwner owner, boolean isExclusive) {
    return on(file).hasOtherType(owner, isExclusive);
  }

  /**
   * Sets a lock that nothing keeps from being set.
   *
   * @return false, without effect, if the session or the file has as many as it may
   */
  public boolean set(LockedFile file, RangeLock lock) {
    RangeLocks locks = on(file);
    if (!hasRoom(locks, lock.owner(), locks.growthBySetting(lock))) {
      return false;
    }
    int before = locks.countOf(lock.owner());
    locks.set(lock);
    changed(file, locks, lock.owner(), before);
    return true;
  }

  /**
   * Unlocks a range.
   *
   * @return false, without effect, if that would leave more ranges than there may be
   */
  public boolean clear(LockedFile file, RangeLock range) {
    RangeLocks locks = on(file);
    if (!hasRoom(locks, range.owner(), locks.growthByClearing(range))) {
      return false;
    }
    int before = locks.countOf(range.owner());
    locks.clear(range);
    changed(file, locks, range.owner(), before);
    return true;
  }

  private boolean hasRoom(RangeLocks locks, LockOwner owner, int growth) {
    SessionLocks sessionLocks = bySession.get(owner.sessionId());
    int held = sessionLocks == null ? 0 : sessionLocks.ranges;
    return growth <= 0
        || held + growth <= MAX_PER_SESSION && locks.count() + growth <= MAX_PER_FILE;
  }

  /** Removes all locks of an owner on a file. */
  public void clear(LockedFile file, LockOwner owner) {
    RangeLocks locks = on(file);
    int before = locks.countOf(owner);
    locks.clear(owner);
    changed(file, locks, owner, before);
  }

  /** Removes all locks of a session. */
  public void endSession(long sessionId) {
    SessionLocks sessionLocks = bySession.get(sessionId);
    if (sessionLocks != null) {
      for (LockedFile file : List.copyOf(sessionLocks.files)) {
        on(file).ownersOf(sessionId).forEach(owner -> clear(file, owner));
      }
    }
  }

  /** The file is gone, and its locks with it. */
  public void forget(long inode) {
    for (boolean isWhole : new boolean[] {false, true}) {
      LockedFile file = new LockedFile(inode, isWhole);
      on(file).owners().forEach(owner -> clear(file, owner));
    }
  }

  private void changed(LockedFile file, RangeLocks locks, LockOwner owner, int countBefore) {
    if (locks.count() == 0) {
      byFile.remove(file);
    } else {
      byFile.put(file, locks);
    }
    long sessionId = owner.sessionId();
    SessionLocks sessionLocks = bySession.computeIfAbsent(sessionId, unused -> new SessionLocks());
    sessionLocks.ranges += locks.countOf(owner) - countBefore;
    if (locks.ownersOf(sessionId).isEmpty()) {
      sessionLocks.files.remove(file);
    } else {
      sessionLocks.files.add(file);
    }
    if (sessionLocks.files.isEmpty()) {
      bySession.remove(sessionId);
    }
  }

  @Override
  public int hashCode() {
    return byFile.hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LockTable others && byFile.equals(others.byFile);
  }
}
