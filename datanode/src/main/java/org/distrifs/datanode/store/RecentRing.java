package org.distrifs.datanode.store;

import static org.distrifs.datanode.store.ChunkStore.MAX_RECENT_WRITES;
import static org.distrifs.datanode.store.MetaLayout.RING_OFFSET;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.distrifs.runtime.disk.DiskFile;

/**
 * The ids of the writes applied last, as a ring in the {@code .meta} file. Written after the bytes
 * and checksums of its write, so that whoever finds an id after the process died finds the bytes
 * too.
 */
final class RecentRing {
  static final int ENTRY_BYTES = 32;

  private static final int CRC_OFFSET = 28;
  private static final int RING_BYTES = MAX_RECENT_WRITES * ENTRY_BYTES;
  private static final ThreadLocal<ByteBuffer> SCRATCH =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(RING_BYTES));

  private record Entry(WriteId id, long number) {}

  private final long chunkId;
  private final DiskFile meta;

  RecentRing(long chunkId, DiskFile meta) {
    this.chunkId = chunkId;
    this.meta = meta;
  }

  /**
   * Adds a write.
   *
   * @param number of the write in the replica's life, counting from 1
   */
  void add(long sessionId, long sequence, long number) throws IOException {
    ByteBuffer entry = SCRATCH.get().clear();
    encode(entry, sessionId, sequence, number);
    meta.write(entry.flip(), offsetOf(number));
  }

  private void encode(ByteBuffer to, long sessionId, long sequence, long number) {
    int at = to.position();
    to.putLong(sessionId).putLong(sequence).putLong(number).putInt(0);
    to.putInt(entryChecksum(to, at));
  }

  /** The remembered writes, oldest first. */
  List<WriteId> load() throws IOException {
    return entries().stream().map(Entry::id).toList();
  }

  /** The highest number in the ring, or 0. */
  long lastNumber() throws IOException {
    List<Entry> entries = entries();
    return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).number();
  }

  private List<Entry> entries() throws IOException {
    ByteBuffer ring = SCRATCH.get().clear();
    int entriesRead = meta.read(ring, RING_OFFSET) / ENTRY_BYTES;
    List<Entry> entries = new ArrayList<>(entriesRead);
    for (int i = 0; i < entriesRead; i++) {
      int at = i * ENTRY_BYTES;
      long number = ring.getLong(at + 16);
      if (number > 0 && ring.getInt(at + CRC_OFFSET) == entryChecksum(ring, at)) {
        entries.add(new Entry(new WriteId(ring.getLong(at), ring.getLong(at + 8)), number));
      }
    }
    entries.sort(Comparator.comparingLong(Entry::number));
    return entries;
  }

  /**
   * Replaces all by other writes, oldest first.
   *
   * @return the number of the last
   */
  long replace(List<WriteId> writes) throws IOException {
    ByteBuffer ring = SCRATCH.get().clear();
    while (ring.hasRemaining()) {
      ring.putLong(0);
    }
    ring.clear();
    int kept = Math.min(writes.size(), MAX_RECENT_WRITES);
    for (int i = 0; i < kept; i++) {
      WriteId id = writes.get(writes.size() - kept + i);
      long number = i + 1L;
      ring.position((int) (offsetOf(number) - RING_OFFSET));
      encode(ring, id.sessionId(), id.sequence(), number);
    }
    meta.write(ring.clear(), RING_OFFSET);
    return kept;
  }

  private static long offsetOf(long number) {
    return RING_OFFSET + (number % MAX_RECENT_WRITES) * ENTRY_BYTES;
  }

  private int entryChecksum(ByteBuffer bytes, int at) {
    return Crc.of(bytes, at, CRC_OFFSET) ^ Long.hashCode(chunkId);
  }
}
