package org.distrifs.master.service;

import java.util.EnumMap;
import java.util.Map;
import org.distrifs.master.repair.ChunkCondition;

/**
 * How many chunks stand in which condition. Counted are those that a file has and that are
 * committed.
 */
final class ChunkTotals {

  private final Map<ChunkCondition, Long> counts = new EnumMap<>(ChunkCondition.class);
  private long unavailable;

  /** Before they were looked at. */
  static ChunkTotals unknown(long chunks) {
    ChunkTotals totals = new ChunkTotals();
    totals.counts.put(ChunkCondition.UNKNOWN, chunks);
    return totals;
  }

  /**
   * Counts a chunk.
   *
   * @param isAvailable whether some datanode that is alive has a good replica, or may have one
   */
  void add(ChunkCondition condition, boolean isAvailable) {
    counts.merge(condition, 1L, Long::sum);
    unavailable += isAvailable ? 0 : 1;
  }

  long of(ChunkCondition condition) {
    return counts.getOrDefault(condition, 0L);
  }

  /** All of them. */
  long chunks() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Chunks of which nothing can be read now: none of their datanodes that answer has them whole.
   */
  long unavailable() {
    return unavailable;
  }
}
