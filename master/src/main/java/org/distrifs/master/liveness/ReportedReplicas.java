package org.distrifs.master.liveness;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import it.unimi.dsi.fastutil.longs.LongSets;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.proto.id.ReplicaDigest;

/**
 * What one datanode holds: some 20 bytes per replica, plus the few that are suspect or corrupt.
 *
 * <p>A block report arrives in parts while heartbeats go on telling what changed. The report is
 * gathered beside what is known and takes its place as a whole; what a heartbeat said meanwhile is
 * newer than the report and wins.
 */
final class ReportedReplicas {

  private static final long ABSENT = -1;
  private static final int VERSION_SHIFT = Integer.SIZE;

  /** Version in the high half, length in the low one, by chunk id. */
  private Long2LongOpenHashMap held = emptyHeld();

  private LongOpenHashSet suspect = new LongOpenHashSet();
  private LongOpenHashSet corrupt = new LongOpenHashSet();

  /** See {@link ReplicaDigest}. */
  private long digest;

  /** The report that is coming in; null between reports. */
  private ReportedReplicas incoming;

  private LongOpenHashSet changedMeanwhile;

  /** What changed since the last report was taken: at most all that the datanode holds. */
  private LongOpenHashSet changedSinceReport = new LongOpenHashSet();

  /** What changed before the last report and is not named in it: it may have been listed before. */
  private LongOpenHashSet mayHaveMissed = new LongOpenHashSet();

  private static Long2LongOpenHashMap emptyHeld() {
    Long2LongOpenHashMap map = new Long2LongOpenHashMap();
    map.defaultReturnValue(ABSENT);
    return map;
  }

  int size() {
    return held.size();
  }

  long digest() {
    return digest;
  }

  /** The chunks of all replicas, as they are now, in no order that means anything. */
  long[] chunkIds() {
    return held.keySet().toLongArray();
  }

  int suspectCount() {
    return suspect.size();
  }

  LongSet suspects() {
    return LongSets.unmodifiable(suspect);
  }

  boolean isCorrupt(long chunkId) {
    return corrupt.contains(chunkId);
  }

  /** The replica of a chunk, or null. */
  Replica find(long chunkId) {
    long packed = held.get(chunkId);
    if (packed == ABSENT) {
      return null;
    }
    return new Replica(
        (int) (packed >>> VERSION_SHIFT),
        (int) packed,
        suspect.contains(chunkId),
        corrupt.contains(chunkId));
  }

  /** Takes a change that a heartbeat told, or that this master brought about itself. */
  void changed(ReplicaReport report) {
    put(report);
    changedSinceReport.add(report.getChunkId());
    if (incoming != null) {
      incoming.put(report);
      changedMeanwhile.add(report.getChunkId());
    }
  }

  /** Begins a block report; one that was under way is forgotten. */
  void beginReport() {
    incoming = new ReportedReplicas();
    changedMeanwhile = new LongOpenHashSet();
  }

  boolean reportIsUnderWay() {
    return incoming != null;
  }

  void reported(ReplicaReport report) {
    if (!changedMeanwhile.contains(report.getChunkId())) {
      incoming.put(report);
    }
  }

  /** Puts the report in the place of what was known. */
  void endReport() {
    held = incoming.held;
    suspect = incoming.suspect;
    corrupt = incoming.corrupt;
    digest = incoming.digest;
    incoming = null;
    changedMeanwhile = null;
    mayHaveMissed = changedSinceReport;
    mayHaveMissed.removeAll(held.keySet());
    changedSinceReport = new LongOpenHashSet();
  }

  /** The datanode confirmed that all that is known is all that it holds. */
  void confirmed() {
    mayHaveMissed.clear();
    changedSinceReport.clear();
  }

  /**
   * Whether the last report does not name a replica of which it was told before that report came:
   * the datanode may have made the list first.
   */
  boolean mayHaveMissed(long chunkId) {
    return mayHaveMissed.contains(chunkId);
  }

  /** Marks a replica as suspect that turned out so before it was reported. */
  void markSuspect(long chunkId) {
    if (held.containsKey(chunkId)) {
      digest -= shareOf(chunkId);
      suspect.add(chunkId);
      digest += shareOf(chunkId);
    }
  }

  private void put(ReplicaReport report) {
    long chunkId = report.getChunkId();
    digest -= shareOf(chunkId);
    long length = Integer.toUnsignedLong(report.getLength());
    held.put(chunkId, (long) report.getVersion() << VERSION_SHIFT | length);
    keep(suspect, chunkId, report.getSuspect());
    keep(corrupt, chunkId, report.getCorruptBlocksCount() > 0);
    digest += shareOf(chunkId);
  }

  /** What a replica adds to the digest; 0 if there is none. */
  private long shareOf(long chunkId) {
    long packed = held.get(chunkId);
    return packed == ABSENT
        ? 0
        : ReplicaDigest.of(
            chunkId, (int) (packed >>> VERSION_SHIFT), (int) packed, suspect.contains(chunkId));
  }

  private static void keep(LongOpenHashSet set, long chunkId, boolean belongs) {
    if (belongs) {
      set.add(chunkId);
    } else {
      set.remove(chunkId);
    }
  }
}
