package org.distrifs.datanode.chain;

import java.util.Arrays;
import java.util.List;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.WriteId;

/**
 * The ids of the writes accepted last. Scanned rather than hashed: it is small, and a replica at
 * rest should cost nothing but it.
 */
final class RecentWrites {
  private static final int INITIAL_CAPACITY = 8;

  private long[] sessions = new long[INITIAL_CAPACITY];
  private long[] sequences = new long[INITIAL_CAPACITY];
  private int count;
  private int next;

  /** Replaces all by others, oldest first. */
  void reset(List<WriteId> writes) {
    count = 0;
    next = 0;
    writes.forEach(id -> add(id.sessionId(), id.sequence()));
  }

  void add(long sessionId, long sequence) {
    if (count == sessions.length && count < ChunkStore.MAX_RECENT_WRITES) {
      grow();
    }
    sessions[next] = sessionId;
    sequences[next] = sequence;
    next = (next + 1) % sessions.length;
    count = Math.min(count + 1, sessions.length);
  }

  /** Only while the ring has never wrapped, so that the oldest stays at index 0. */
  private void grow() {
    int capacity = Math.min(ChunkStore.MAX_RECENT_WRITES, count * 4);
    sessions = Arrays.copyOf(sessions, capacity);
    sequences = Arrays.copyOf(sequences, capacity);
    next = count;
  }

  boolean contains(long sessionId, long sequence) {
    for (int i = 0; i < count; i++) {
      if (sequences[i] == sequence && sessions[i] == sessionId) {
        return true;
      }
    }
    return false;
  }

  /** Whether a later write of the same session was accepted. */
  boolean hasLater(long sessionId, long sequence) {
    for (int i = 0; i < count; i++) {
      if (sessions[i] == sessionId && sequences[i] > sequence) {
        return true;
      }
    }
    return false;
  }
}
