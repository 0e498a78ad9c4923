package org.distrifs.datanode.server;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.distrifs.datanode.store.Removal;

/** The chunks with requests under way, each in a slot of its own. */
final class ChunkSlots {

  /** Slots kept beyond those in use: above it, idle ones are given up. */
  static final int MAX_IDLE = 4096;

  private final ServerContext context;
  private final Map<Long, ChunkSlot> slots = new ConcurrentHashMap<>();
  private final Transfers transfers;
  private final ReplicaReads reads;

  /** Those whose member waits for something, in an order that a simulation can repeat. */
  private final Set<ChunkSlot> watched =
      new ConcurrentSkipListSet<>(
          Comparator.comparingLong(ChunkSlot::chunkId).thenComparingInt(System::identityHashCode));

  ChunkSlots(ServerContext context, Transfers transfers) {
    this.context = context;
    this.transfers = transfers;
    this.reads = new ReplicaReads(context.store(), context.clock());
  }

  /** Makes a call to the member of a chunk. */
  void run(long chunkId, ChunkSlot.Call call) {
    while (true) {
      ChunkSlot slot = slotOf(chunkId);
      if (slot.run(call)) {
        return;
      }
      slots.remove(chunkId, slot);
    }
  }

  private ChunkSlot slotOf(long chunkId) {
    ChunkSlot slot = slots.get(chunkId);
    return slot != null
        ? slot
        : slots.computeIfAbsent(
            chunkId, id -> new ChunkSlot(id, context, transfers, reads, watched));
  }

  /** To be called a few times a second. */
  void tick() {
    long nowMs = context.nowMs();
    watched.removeIf(slot -> !slot.tick(nowMs));
    if (slots.size() > MAX_IDLE) {
      slots.values().removeIf(slot -> slot.retireIfIdle(nowMs));
    }
  }

  /** Chunks whose member waits for a change of the chain for too long, at most {@code limit}. */
  List<Long> troubled(int limit) {
    return watched.stream()
        .filter(ChunkSlot::isTroubled)
        .map(ChunkSlot::chunkId)
        .limit(limit)
        .toList();
  }

  /**
   * The replica that a write was to make may not exist after a failure: then its slot is given up.
   */
  void forgetIfAbsent(long chunkId) {
    ChunkSlot slot = slots.get(chunkId);
    if (slot != null) {
      slot.retireIfAbsent();
    }
  }

  /** See {@link DataServer#discard}. */
  CompletableFuture<Void> discard(long chunkId, int version, Removal removal) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    while (true) {
      ChunkSlot slot = slotOf(chunkId);
      if (slot.discard(version, removal, done)) {
        return done;
      }
      slots.remove(chunkId, slot);
    }
  }

  /** Returns when every call has ended that was being made when this began. */
  void awaitCalls() {
    slots.values().forEach(ChunkSlot::awaitCall);
  }

  int count() {
    return slots.size();
  }
}
