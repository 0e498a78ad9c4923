package org.distrifs.master.lock;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The locks of one kind on one file. An owner's ranges do not overlap, and those that touch differ
 * in their type: setting one splits and merges as {@code fcntl(2)} says.
 */
final class RangeLocks {
  private static final Comparator<RangeLock> BY_START =
      Comparator.comparingLong(RangeLock::start).thenComparing(RangeLock::owner);

  /** By owner; each owner's by their first byte. */
  private final TreeMap<LockOwner, TreeMap<Long, RangeLock>> byOwner = new TreeMap<>();

  private int count;

  /** The ranges of one owner that replace others of the same owner. */
  private record Replacement(List<RangeLock> before, List<RangeLock> after) {
    int growth() {
      return after.size() - before.size();
    }
  }

  int count() {
    return count;
  }

  int countOf(LockOwner owner) {
    return of(owner).size();
  }

  private NavigableMap<Long, RangeLock> of(LockOwner owner) {
    return byOwner.getOrDefault(owner, new TreeMap<>());
  }

  /** Whether the owner has a lock of the other type somewhere. */
  boolean hasOtherType(LockOwner owner, boolean isExclusive) {
    return of(owner).values().stream().anyMatch(lock -> lock.isExclusive() != isExclusive);
  }

  /** All locks that conflict with one, in the order of their first bytes. */
  List<RangeLock> conflicts(RangeLock wanted) {
    List<RangeLock> found = new ArrayList<>();
    for (NavigableMap<Long, RangeLock> owned : byOwner.values()) {
      owned.subMap(firstReaching(owned, wanted.start()), true, wanted.end(), true).values().stream()
          .filter(wanted::conflictsWith)
          .forEach(found::add);
    }
    found.sort(BY_START);
    return found;
  }

  /** How many ranges more there would be. */
  int growthBySetting(RangeLock lock) {
    return replaced(lock, true).growth();
  }

  /** How many ranges more there would be: 1 where the range lies in the middle of a locked one. */
  int growthByClearing(RangeLock range) {
    return replaced(range, false).growth();
  }

  /** Sets a lock, which must not conflict with another. */
  void set(RangeLock lock) {
    replace(lock.owner(), replaced(lock, true));
  }

  /** Unlocks a range, whatever of it was locked. */
  void clear(RangeLock range) {
    replace(range.owner(), replaced(range, false));
  }

  /** Removes all of an owner. */
  void clear(LockOwner owner) {
    Map<Long, RangeLock> removed = byOwner.remove(owner);
    count -= removed == null ? 0 : removed.size();
  }

  /** The owners of a session. */
  List<LockOwner> ownersOf(long sessionId) {
    LockOwner first = new LockOwner(sessionId, Long.MIN_VALUE);
    LockOwner last = new LockOwner(sessionId, Long.MAX_VALUE);
    return List.copyOf(byOwner.subMap(first, true, last, true).keySet());
  }

  List<LockOwner> owners() {
    return List.copyOf(byOwner.keySet());
  }

  private Replacement replaced(RangeLock lock, boolean isSet) {
    NavigableMap<Long, RangeLock> owned = of(lock.owner());
    long behind = lock.end() == RangeLock.LAST_BYTE ? lock.end() : lock.end() + 1;
    List<RangeLock> before = new ArrayList<>();
    List<RangeLock> after = new ArrayList<>();
    RangeLock merged = lock;
    for (RangeLock old :
        owned.subMap(firstReaching(owned, lock.start() - 1), true, behind, true).values()) {
      if (old.end() < lock.start() - 1) {
        continue;
      }
      before.add(old);
      if (isSet && old.isExclusive() == lock.isExclusive()) {
        merged =
            merged
                .from(Math.min(merged.start(), old.start()))
                .to(Math.max(merged.end(), old.end()));
        continue;
      }
      if (old.start() < lock.start()) {
        after.add(old.to(Math.min(old.end(), lock.start() - 1)));
      }
      if (old.end() > lock.end()) {
        after.add(old.from(Math.max(old.start(), behind)));
      }
    }
    if (isSet) {
      after.add(merged);
    }
    return new Replacement(before, after);
  }

  /** The first byte of the last lock that begins at or before a byte, or that byte. */
  private static long firstReaching(NavigableMap<Long, RangeLock> owned, long at) {
    Long start = owned.floorKey(at);
    return start == null ? at : start;
  }

  private void replace(LockOwner owner, Replacement replacement) {
    TreeMap<Long, RangeLock> owned = byOwner.computeIfAbsent(owner, unused -> new TreeMap<>());
    replacement.before().forEach(lock -> owned.remove(lock.start()));
    replacement.after().forEach(lock -> owned.put(lock.start(), lock));
    count += replacement.growth();
    if (owned.isEmpty()) {
      byOwner.remove(owner);
    }
  }

  @Override
  public int hashCode() {
    return byOwner.hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RangeLocks others && byOwner.equals(others.byOwner);
  }
}
