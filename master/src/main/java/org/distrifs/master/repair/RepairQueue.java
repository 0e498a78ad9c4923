package org.distrifs.master.repair;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Chunks that are short of good replicas, those with the fewest first. */
final class RepairQueue {

  /** Chunks that wait at most; the census finds others again. */
  static final int MAX_WAITING = 100_000;

  private final TreeMap<Integer, LinkedHashSet<Long>> byGood = new TreeMap<>();
  private final Long2IntOpenHashMap goodByChunk = new Long2IntOpenHashMap();

  /**
   * Adds a chunk, or moves it.
   *
   * @param good replicas that are left
   */
  void offer(long chunkId, int good) {
    if (goodByChunk.containsKey(chunkId)) {
      if (goodByChunk.get(chunkId) == good) {
        return;
      }
      remove(chunkId);
    }
    if (goodByChunk.size() < MAX_WAITING) {
      goodByChunk.put(chunkId, good);
      byGood.computeIfAbsent(good, unused -> new LinkedHashSet<>()).add(chunkId);
    }
  }

  /** Takes the most urgent one out. */
  OptionalLong poll() {
    Map.Entry<Integer, LinkedHashSet<Long>> urgent = byGood.firstEntry();
    if (urgent == null) {
      return OptionalLong.empty();
    }
    long chunkId = urgent.getValue().iterator().next();
    remove(chunkId);
    return OptionalLong.of(chunkId);
  }

  private void remove(long chunkId) {
    int good = goodByChunk.remove(chunkId);
    LinkedHashSet<Long> chunks = byGood.get(good);
    chunks.remove(chunkId);
    if (chunks.isEmpty()) {
      byGood.remove(good);
    }
  }

  int size() {
    return goodByChunk.size();
  }
}
