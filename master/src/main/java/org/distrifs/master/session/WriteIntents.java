package org.distrifs.master.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
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

  private final Map<Long, TreeSet<Long>> bySession = new TreeMap<>();

  /** How many sessions have an intent on a file. */
  private final Map<Long, Integer> sessionsOf = new HashMap<>();

  /** Inodes in doubt, each with the txid of the end of the session that was the last to go. */
  private final TreeMap<Long, Long> inDoubt = new TreeMap<>();

  private final TreeSet<Long> cutsDue = new TreeSet<>();

  /** Whether a session has an intent on a file. */
  public boolean has(long sessionId, long inode) {
    return bySession.getOrDefault(sessionId, new TreeSet<>()).contains(inode);
  }

  /** Whether a session has no room for a further one. */
  public boolean isFull(long sessionId) {
    return bySession.getOrDefault(sessionId, new TreeSet<>()).size() >= MAX_PER_SESSION;
  }

  public void begin(long sessionId, long inode) {
    if (bySession.computeIfAbsent(sessionId, any -> new TreeSet<>()).add(inode)) {
      sessionsOf.merge(inode, 1, Integer::sum);
    }
  }

  public void end(long sessionId, long inode) {
    Set<Long> inodes = bySession.get(sessionId);
    if (inodes == null || !inodes.remove(inode)) {
      return;
    }
    if (inodes.isEmpty()) {
      bySession.remove(sessionId);
    }
    sessionsOf.computeIfPresent(inode, (any, sessions) -> sessions == 1 ? null : sessions - 1);
  }

  /** Ends all intents of a session; answers the inodes. */
  public List<Long> endAll(long sessionId) {
    List<Long> inodes = new ArrayList<>(bySession.getOrDefault(sessionId, new TreeSet<>()));
    inodes.forEach(inode -> end(sessionId, inode));
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

  /** Equal for equal ones. */
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
