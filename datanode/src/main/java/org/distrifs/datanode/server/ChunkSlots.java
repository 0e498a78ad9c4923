package org.distrifs.datanode.server;

import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/** The chunks that something is going on with, each in a slot of its own. */
final class ChunkSlots {

  /** Slots kept beyond those in use: above it, idle ones are given up. */
  static final int MAX_IDLE = 4096;

  private final ServerContext context;
  private final Map<Long, ChunkSlot> slots = new ConcurrentHashMap<>();

  /** In the order of the chunks, so that a simulation repeats itself. */
  private final Set<ChunkSlot> waiting =
      new ConcurrentSkipListSet<>(Comparator.comparingLong(ChunkSlot::chunkId));

  ChunkSlots(ServerContext context) {
    this.context = context;
  }

  /** Makes a call to the member of a chunk. */
  void run(long chunkId, ChunkSlot.Call call) {
    while (true) {
      ChunkSlot slot = slots.get(chunkId);
      if (slot == null) {
        slot = slots.computeIfAbsent(chunkId, id -> new ChunkSlot(id, context, waiting));
      }
      if (slot.run(call)) {
        return;
      }
      slots.remove(chunkId, slot);
    }
  }

  /** The slot of a chunk, or {@code null}. */
  ChunkSlot find(long chunkId) {
    return slots.get(chunkId);
  }

  /** To be called a few times a second. */
  void tick() {
    long nowMs = context.nowMs();
    waiting.removeIf(slot -> !slot.tick(nowMs));
    if (slots.size() > MAX_IDLE) {
      slots.values().removeIf(slot -> slot.retireIfIdle(nowMs));
    }
  }

  int count() {
    return slots.size();
  }
}
