package org.distrifs.datanode.store;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import java.util.stream.Stream;

/**
 * The ids of the writes that a replica took last: the last few of each session, so that no other
 * session, however much it writes, makes a write forgotten whose answer its client still waits for.
 * Only when very many sessions write to one chunk do those go that have not written for longest.
 *
 * <p>Each id has a slot, a place below {@link ChunkStore#MAX_RECENT_WRITES} that is its own while
 * it is remembered. Not thread-safe.
 */
public final class RecentWrites {

  private record Entry(WriteId id, long number, int slot) {}

  /** The entries of each session, oldest first; none is empty. */
  private final Map<Long, ArrayDeque<Entry>> bySession = new HashMap<>();

  private final BitSet usedSlots = new BitSet();
  private long lastNumber;

  public RecentWrites() {}

  /** Those that are remembered after these writes, oldest first. */
  public RecentWrites(List<WriteId> writes) {
    writes.forEach(this::add);
  }

  /**
   * Remembers a write, and forgets another if it must.
   *
   * @return its slot
   */
  public int add(WriteId id) {
    makeRoom(id.sessionId());
    int slot = usedSlots.nextClearBit(0);
    put(id, slot);
    return slot;
  }

  /** {@link #add} of a write that has its slot already; no other that is remembered may have it. */
  void restore(WriteId id, int slot) {
    makeRoom(id.sessionId());
    put(id, slot);
  }

  private void makeRoom(long sessionId) {
    ArrayDeque<Entry> ofSession = bySession.get(sessionId);
    if (ofSession != null && ofSession.size() == ChunkStore.MAX_RECENT_WRITES_OF_SESSION) {
      usedSlots.clear(ofSession.remove().slot());
    } else if (usedSlots.cardinality() == ChunkStore.MAX_RECENT_WRITES) {
      forgetOldest();
    }
  }

  private void put(WriteId id, int slot) {
    usedSlots.set(slot);
    bySession
        .computeIfAbsent(id.sessionId(), session -> new ArrayDeque<>())
        .add(new Entry(id, ++lastNumber, slot));
  }

  private void forgetOldest() {
    ArrayDeque<Entry> ofSession =
        bySession.values().stream()
            .min(Comparator.comparingLong(each -> each.element().number()))
            .orElseThrow();
    Entry oldest = ofSession.remove();
    usedSlots.clear(oldest.slot());
    if (ofSession.isEmpty()) {
      bySession.remove(oldest.id().sessionId());
    }
  }

  public boolean contains(WriteId id) {
    ArrayDeque<Entry> ofSession = bySession.get(id.sessionId());
    if (ofSession == null || ofSession.getLast().id().sequence() < id.sequence()) {
      return false;
    }
    return ofSession.stream().anyMatch(each -> each.id().sequence() == id.sequence());
  }

  /** Whether a later write of the same session is remembered. */
  public boolean hasLater(WriteId id) {
    ArrayDeque<Entry> ofSession = bySession.get(id.sessionId());
    return ofSession != null && ofSession.getLast().id().sequence() > id.sequence();
  }

  /** All of them, oldest first. */
  public List<WriteId> oldestFirst() {
    return entries().map(Entry::id).toList();
  }

  /** Visits all of them, oldest first, each with its slot. */
  void forEach(ObjIntConsumer<WriteId> visitor) {
    entries().forEach(entry -> visitor.accept(entry.id(), entry.slot()));
  }

  private Stream<Entry> entries() {
    return bySession.values().stream()
        .flatMap(ArrayDeque::stream)
        .sorted(Comparator.comparingLong(Entry::number));
  }
}
