package org.distrifs.master.chunk;

import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who holds which fresh chunk. Several sessions may hold one, when they write the same place of a
 * file before any of them commits; it is dropped only when the last of them gives it up, since each
 * was promised that its bytes have a place. Small: as many entries as chunks are being written
 * first.
 */
public final class FreshChunks {

  /** Fresh chunks of one session at most: 4 TiB of 64 MiB chunks that nothing committed. */
  public static final int MAX_PER_SESSION = 65_536;

  /** By chunk: the sessions that hold it, each with the number that its allocation had. */
  private final Map<Long, TreeMap<Long, Long>> holders = new HashMap<>();

  private final Map<Long, TreeSet<Long>> bySession = new HashMap<>();

  /**
   * Makes a session a holder.
   *
   * @param number of the write intent that its allocation would have begun
   */
  public void hold(long chunkId, long sessionId, long number) {
    holders.computeIfAbsent(chunkId, any -> new TreeMap<>()).put(sessionId, number);
    bySession.computeIfAbsent(sessionId, any -> new TreeSet<>()).add(chunkId);
  }

  /** Whether a session has no room for a further one. */
  public boolean isFull(long sessionId) {
    TreeSet<Long> chunks = bySession.get(sessionId);
    return chunks != null && chunks.size() >= MAX_PER_SESSION;
  }

  public boolean isHolder(long chunkId, long sessionId) {
    TreeMap<Long, Long> sessions = holders.get(chunkId);
    return sessions != null && sessions.containsKey(sessionId);
  }

  /** Takes a session off; answers whether it was the last holder. */
  public boolean release(long chunkId, long sessionId) {
    TreeMap<Long, Long> sessions = holders.get(chunkId);
    if (sessions == null || sessions.remove(sessionId) == null) {
      return false;
    }
    forget(sessionId, chunkId);
    if (sessions.isEmpty()) {
      holders.remove(chunkId);
      return true;
    }
    return false;
  }

  /** Takes all holders off: the chunk is fresh no more. */
  public void clear(long chunkId) {
    TreeMap<Long, Long> sessions = holders.remove(chunkId);
    if (sessions != null) {
      sessions.keySet().forEach(session -> forget(session, chunkId));
    }
  }

  /** The ids of all fresh chunks, as they are now. */
  public LongSet ids() {
    return new LongOpenHashSet(holders.keySet());
  }

  /** The fresh chunks of a session in the order of their ids. */
  public List<Long> of(long sessionId) {
    TreeSet<Long> chunks = bySession.get(sessionId);
    return chunks == null ? List.of() : List.copyOf(chunks);
  }

  /** The holders of a chunk in the order of their ids, with the numbers of their allocations. */
  public SortedMap<Long, Long> holders(long chunkId) {
    return Collections.unmodifiableSortedMap(holders.getOrDefault(chunkId, new TreeMap<>()));
  }

  private void forget(long sessionId, long chunkId) {
    TreeSet<Long> chunks = bySession.get(sessionId);
    chunks.remove(chunkId);
    if (chunks.isEmpty()) {
      bySession.remove(sessionId);
    }
  }
}
