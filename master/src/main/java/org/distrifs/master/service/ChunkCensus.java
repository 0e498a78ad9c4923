package org.distrifs.master.service;

import java.util.List;
import java.util.function.Consumer;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.repair.Repairs;
import org.distrifs.master.state.MasterState;

/**
 * Walks through all chunks, a slice at a time, so that nobody waits for it: counts how they stand,
 * and shows each to those who repair and delete. A figure is as old as one walk takes.
 */
final class ChunkCensus {

  /** Chunks of one slice: about a millisecond. */
  static final int SLICE = 2000;

  /** Where a walk over all chunks is still short enough for a caller to wait for it. */
  static final int WALKED_AT_ONCE = 5 * SLICE;

  private final MasterState state;
  private final DatanodeRegistry registry;
  private final Repairs repairs;
  private final Consumer<ChunkInfo> visitor;
  private final Walk walk = new Walk();

  /** Null before the end of the first. */
  private ChunkTotals last;

  /** How far a walk has come. */
  private static final class Walk {
    private long after;
    private ChunkTotals totals = new ChunkTotals();

    ChunkTotals end() {
      ChunkTotals found = totals;
      after = 0;
      totals = new ChunkTotals();
      return found;
    }
  }

  /**
   * @param visitor shown every chunk in each walk that time brings
   */
  ChunkCensus(
      MasterState state, DatanodeRegistry registry, Repairs repairs, Consumer<ChunkInfo> visitor) {
    this.state = state;
    this.registry = registry;
    this.repairs = repairs;
    this.visitor = visitor;
  }

  /** Of the last whole walk; before the first is through, every chunk is unknown. */
  ChunkTotals totals() {
    return last == null ? ChunkTotals.unknown(committed()) : last;
  }

  private long committed() {
    return state.counts().chunks() - state.counts().garbageChunks();
  }

  /** Of a walk made now, if that is a matter of milliseconds; otherwise of the last one. */
  ChunkTotals current() {
    if (state.counts().chunks() > WALKED_AT_ONCE) {
      return totals();
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
    if (next.size() == SLICE) {
      return false;
    }
    last = at.end();
    return true;
  }

  private void count(Walk at, ChunkInfo chunk) {
    boolean isAvailable = false;
    for (int node : chunk.members()) {
      isAvailable |=
          switch (registry.condition(node, chunk)) {
            case GOOD, UNKNOWN -> true;
            default -> false;
          };
    }
    at.totals.add(repairs.conditionOf(chunk), isAvailable);
  }
}
