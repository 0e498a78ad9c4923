package org.distrifs.client.write;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The unsent bytes of a file: extents that do not overlap, each within one packet's slot. A write
 * joins what it touches; the newest bytes win. Not thread-safe: belongs to the file's lock.
 */
final class ExtentBuffer {
  /** Up to this, bytes are copied to make one extent of two. */
  private static final int CHEAP_COPY_BYTES = 64 << 10;

  private final int slotBytes;
  private final TreeMap<Long, Extent> extents = new TreeMap<>();
  private int chargedBytes;

  ExtentBuffer(int slotBytes) {
    this.slotBytes = slotBytes;
  }

  boolean isEmpty() {
    return extents.isEmpty();
  }

  /** The end of the last extent; 0 when there is none. */
  long end() {
    return extents.isEmpty() ? 0 : extents.lastEntry().getValue().end();
  }

  /** Where the slot of an offset ends; of the last one that is just above the largest number. */
  long slotEnd(long offset) {
    return offset - offset % slotBytes + slotBytes;
  }

  /** The most memory that a write of this range may take, in bytes. */
  int memoryFor(long offset, int length) {
    Extent target = target(offset);
    long end = offset + length;
    if (target == null) {
      return (int) (slotEnd(offset) - offset);
    }
    Map.Entry<Long, Extent> follower = extents.higherEntry(target.start());
    boolean joins = follower != null && follower.getKey() <= end;
    return !joins && end <= target.capacityEnd() ? 0 : slotBytes;
  }

  /**
   * Takes bytes that lie within one slot.
   *
   * @return by how many bytes the memory in use grew; negative when it shrank
   */
  int write(long offset, ByteBuffer source) {
    int before = chargedBytes;
    Extent target = target(offset);
    if (target == null) {
      target = Extent.at(offset, source.remaining(), slotEnd(offset));
      chargedBytes += target.capacity();
      extents.put(offset, target);
    }
    int capacity = target.capacity();
    target.put(offset, source);
    chargedBytes += target.capacity() - capacity;
    absorbFollowers(target);
    return chargedBytes - before;
  }

  /** The extent that a write at an offset continues or overwrites, or null. */
  private Extent target(long offset) {
    Map.Entry<Long, Extent> before = extents.floorEntry(offset);
    boolean touches =
        before != null
            && before.getValue().end() >= offset
            && slotEnd(before.getKey()) == slotEnd(offset);
    return touches ? before.getValue() : null;
  }

  private void absorbFollowers(Extent extent) {
    long slot = extent.start() / slotBytes;
    Map.Entry<Long, Extent> next = extents.higherEntry(extent.start());
    while (next != null && next.getKey() <= extent.end() && next.getKey() / slotBytes == slot) {
      Extent follower = next.getValue();
      extents.remove(next.getKey());
      long tail = follower.end() - extent.end();
      if (tail > 0 && tail > Math.max(CHEAP_COPY_BYTES, extent.length())) {
        follower.cutHead(extent.end());
        extents.put(follower.start(), follower);
        return;
      }
      if (tail > 0) {
        int capacity = extent.capacity();
        extent.append(follower);
        chargedBytes += extent.capacity() - capacity;
      }
      chargedBytes -= follower.capacity();
      follower.release();
      next = extents.higherEntry(extent.start());
    }
  }

  /** The extent with the byte at an offset if it fills its slot to the end; taken out. */
  Extent takeFull(long offset) {
    Map.Entry<Long, Extent> entry = extents.floorEntry(offset);
    return entry != null && entry.getValue().end() == slotEnd(offset) ? take(entry) : null;
  }

  /** All extents, in order of offset; taken out. */
  List<Extent> takeAll() {
    List<Extent> all = new ArrayList<>(extents.values());
    extents.clear();
    chargedBytes = 0;
    return all;
  }

  private Extent take(Map.Entry<Long, Extent> entry) {
    extents.remove(entry.getKey());
    chargedBytes -= entry.getValue().capacity();
    return entry.getValue();
  }

  /** Visits the extents that overlap a range, in order. */
  void overlapping(long offset, long end, Consumer<Extent> visitor) {
    Map.Entry<Long, Extent> before = extents.floorEntry(offset);
    long from = before == null ? offset : before.getKey();
    for (Extent extent : extents.subMap(from, true, end, false).values()) {
      if (extent.end() > offset) {
        visitor.accept(extent);
      }
    }
  }
}
