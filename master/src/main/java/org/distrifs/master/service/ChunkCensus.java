package org.distrifs.master.service;

import java.util.List;
import java.util.function.Consumer;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.state.MasterState;

/**
 * Walks through all chunks, a slice at a time, so that nobody waits for it: counts those that have
 * fewer good replicas than they should, and shows each to those who repair and delete. A figure is
 * as old as one walk takes.
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
  private final int replication;
  private final Consumer<ChunkInfo> visitor;
  private final Walk walk = new Walk();
  private Totals last = new Totals(0, 0, 0);
  private long highest;

  /** How far a walk has come. */
  private static final class Walk {
    private long after;
    private long chunks;
    private long shortOfReplicas;
    private long unavailable;

    Totals end() {
      Totals totals = new Totals(chunks, shortOfReplicas, unavailable);
      after = 0;
      chunks = 0;
      shortOfReplicas = 0;
      unavailable = 0;
      return totals;
    }
  }

  /**
   * @param visitor shown every chunk in each walk that time brings
   */
  ChunkCensus(
      MasterState state, DatanodeRegistry registry, int replication, Consumer<ChunkInfo> visitor) {
    this.state = state;
    this.registry = registry;
    this.replication = replication;
    this.visitor = visitor;
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
    Walk atOnce = new Walk();
    while (!slice(atOnce, unused -> {})) {
      // Bounded by the number of chunks just looked at.
    }
    return last;
  }

  /** Goes on a little; true at the end of a walk. */
  boolean slice() {
    return slice(walk, visitor);
  }

  private boolean slice(Walk at, Consumer<ChunkInfo> shown) {
    List<ChunkInfo> next = state.chunksAfter(at.after, SLICE);
    for (ChunkInfo chunk : next) {
      at.after = chunk.id();
      shown.accept(chunk);
      if (!chunk.isDetached() && !chunk.fresh()) {
        count(at, chunk);
      }
    }
    highest = Math.max(highest, at.after);
    if (next.size() == SLICE) {
      return false;
    }
    last = at.end();
    return true;
  }

  private void count(Walk at, ChunkInfo chunk) {
    int good = 0;
    for (int node : chunk.members()) {
      good += registry.isGood(node, chunk.id(), chunk.version()) ? 1 : 0;
    }
    at.chunks++;
    at.shortOfReplicas += good < Math.max(chunk.members().size(), replication) ? 1 : 0;
    at.unavailable += good == 0 ? 1 : 0;
  }
}
