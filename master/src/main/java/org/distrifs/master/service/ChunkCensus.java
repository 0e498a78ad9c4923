package org.distrifs.master.service;

import java.util.List;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.Replica;
import org.distrifs.master.state.MasterState;

/**
 * Counts the chunks that have fewer good replicas than their chain has members. It walks through
 * all chunks a slice at a time, so that nobody waits for it; a figure is as old as one walk takes.
 */
final class ChunkCensus {

  /** Chunks of one slice: about a millisecond. */
  static final int SLICE = 2000;

  /** Where a walk over all chunks is still short enough for a caller to wait for it. */
  static final int WALKED_AT_ONCE = 5 * SLICE;

  /** What one walk found. */
  record Totals(long chunks, long shortOfReplicas, long unavailable) {}

  private final MasterState state;
  private final DatanodeRegistry registry;
  private Totals last = new Totals(0, 0, 0);
  private long after;
  private long highest;
  private long chunks;
  private long shortOfReplicas;
  private long unavailable;

  ChunkCensus(MasterState state, DatanodeRegistry registry) {
    this.state = state;
    this.registry = registry;
  }

  /** Of the last whole walk. */
  Totals totals() {
    return last;
  }

  /** The highest chunk id that a walk has come to; younger chunks may exist. */
  long highestChunkId() {
    return highest;
  }

  /** Of a walk made now, if that is a matter of milliseconds; otherwise of the last one. */
  Totals current() {
    if (state.counts().chunks() > WALKED_AT_ONCE) {
      return last;
    }
    restart();
    while (!slice()) {
      // Bounded by the number of chunks just looked at.
    }
    return last;
  }

  /** Goes on a little. */
  boolean slice() {
    List<ChunkInfo> next = state.chunksAfter(after, SLICE);
    for (ChunkInfo chunk : next) {
      after = chunk.id();
      if (!chunk.isDetached() && !chunk.fresh()) {
        count(chunk);
      }
    }
    highest = Math.max(highest, after);
    if (next.size() == SLICE) {
      return false;
    }
    last = new Totals(chunks, shortOfReplicas, unavailable);
    restart();
    return true;
  }

  private void restart() {
    after = 0;
    chunks = 0;
    shortOfReplicas = 0;
    unavailable = 0;
  }

  private void count(ChunkInfo chunk) {
    int good = 0;
    for (int node : chunk.members()) {
      good += isGood(registry.find(node), chunk) ? 1 : 0;
    }
    chunks++;
    shortOfReplicas += good < chunk.members().size() ? 1 : 0;
    unavailable += good == 0 ? 1 : 0;
  }

  /** What was not reported yet is taken for good: after a start nothing is known. */
  private static boolean isGood(Datanode node, ChunkInfo chunk) {
    if (node == null || !node.isAlive() || node.isMissing(chunk.id())) {
      return false;
    }
    Replica replica = node.replica(chunk.id());
    return replica == null
        || (!replica.suspect()
            && !replica.corrupt()
            && Integer.compareUnsigned(replica.version(), chunk.version()) >= 0);
  }
}
