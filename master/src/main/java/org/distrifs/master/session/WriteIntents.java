package org.distrifs.master.session;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which files each session may be writing to, which are in doubt since such a session ended, and
 * whose end is to be cut when nobody writes to them any more; {@code docs/write-intents.md} says
 * why. By inode ids; as many entries as files are being overwritten.
 */
public final class WriteIntents {

  /** Files that one session may write to at a time. */
  public static final int MAX_PER_SESSION = 65_536;

  /** By session: the inodes, each with the number of the last beginning. */
  private final Map<Long, TreeMap<Long, Long>> bySession = new TreeMap<>();

  /** How many sessions have an intent on a file. */
  private final Map<Long, Integer> sessionsOf = new HashMap<>();

  /** Inodes in doubt, each with the txid of the end of the session that was the last to go. */
  private final TreeMap<Long, Long> inDoubt = new TreeMap<>();

  private final TreeSet<Long> cutsDue = new TreeSet<>();

  /** Whether a session has an intent on a file. */
  public boolean has(long sessionId, long inode) {
    return of(sessionId).containsKey(inode);
  }

  /** Whether a session has no room for a further one. */
  public boolean isFull(long sessionId) {
    return of(sessionId).size() >= MAX_PER_SESSION;
  }

  private TreeMap<Long, Long> of(long sessionId) {
    return bySession.getOrDefault(sessionId, new TreeMap<>());
  }

  /**
   * Begins an intent, or begins it once more.
   *
   * @param number rises with each beginning of a session
   */
  public void begin(long sessionId, long inode, long number) {
    TreeMap<Long, Long> inodes = bySession.computeIfAbsent(sessionId, any -> new TreeMap<>());
    Long before = inodes.put(inode, number);
    if (before == null) {
      sessionsOf.merge(inode, 1, Integer::sum);
    } else {
      inodes.put(inode, Math.max(before, number));
    }
  }

  /** Ends an intent, unless it began once more under a number above {@code lastNumber}. */
  public void end(long sessionId, long inode, long lastNumber) {
    TreeMap<Long, Long> inodes = bySession.get(sessionId);
    Long number = inodes == null ? null : inodes.get(inode);
    if (number == null || number > lastNumber) {
      return;
    }
    inodes.remove(inode);
    if (inodes.isEmpty()) {
      bySession.remove(sessionId);
    }
    sessionsOf.computeIfPresent(inode, (any, sessions) -> sessions == 1 ? null : sessions - 1);
  }

  /** Ends all intents of a session; answers the inodes. */
  public List<Long> endAll(long sessionId) {
    List<Long> inodes = List.copyOf(of(sessionId).keySet());
    inodes.forEach(inode -> end(sessionId, inode, Long.MAX_VALUE));
    return inodes;
  }

  /** A session ended at this txid that may have written to the file. */
  public void doubt(long inode, long txid) {
    inDoubt.put(inode, txid);
  }

  /** No datanode takes writes of the ended sessions any more; false if it was not in doubt. */
  public boolean settle(long inode) {
    return inDoubt.remove(inode) != null;
  }

  /** Inodes in doubt, each with the txid by whose revocation it can be settled. */
  public NavigableMap<Long, Long> inDoubt() {
    return inDoubt;
  }

  /** Whether anybody writes to a file, or may still, of whom this knows. */
  public boolean isWritten(long inode) {
    return sessionsOf.containsKey(inode) || inDoubt.containsKey(inode);
  }

  /** The end of a file is to be cut as soon as nobody writes to it. */
  public void cutLater(long inode) {
    cutsDue.add(inode);
  }

  /** The files whose end is to be cut. */
  public List<Long> cutsDue() {
    return List.copyOf(cutsDue);
  }

  public boolean isCutDue(long inode) {
    return cutsDue.contains(inode);
  }

  /** It was cut, or there is nothing to cut. */
  public void cutDone(long inode) {
    cutsDue.remove(inode);
  }

  /** The file is gone. */
  public void forget(long inode) {
    inDoubt.remove(inode);
    cutsDue.remove(inode);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * bySession.hashCode() + inDoubt.hashCode()) + cutsDue.hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WriteIntents others
        && bySession.equals(others.bySession)
        && inDoubt.equals(others.inDoubt)
        && cutsDue.equals(others.cutsDue);
  }
}
