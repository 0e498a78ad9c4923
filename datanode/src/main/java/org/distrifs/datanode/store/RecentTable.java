package org.distrifs.datanode.store;

import static org.distrifs.datanode.store.ChunkStore.MAX_RECENT_WRITES;
import static org.distrifs.datanode.store.MetaLayout.RECENT_OFFSET;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.distrifs.runtime.disk.DiskFile;

/**
 * The {@link RecentWrites} of a replica as they stand in its {@code .meta} file, each in its slot.
 * One is written after the bytes and checksums of its write, so that whoever finds an id after the
 * process died finds the bytes too. All methods run as an operation of the replica.
 */
final class RecentTable {
  static final int ENTRY_BYTES = 32;

  private static final int CRC_OFFSET = 28;
  private static final int TABLE_BYTES = MAX_RECENT_WRITES * ENTRY_BYTES;
  private static final ThreadLocal<ByteBuffer> SCRATCH =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(TABLE_BYTES));

  private record Entry(WriteId id, long number, int slot) {}

  private final long chunkId;
  private final DiskFile meta;

  /** What the table holds; null until it was asked for. */
  private RecentWrites writes;

  /** Of the write added last: the numbers tell what was earlier. */
  private long lastNumber;

  RecentTable(long chunkId, DiskFile meta) {
    this.chunkId = chunkId;
    this.meta = meta;
  }

  void add(WriteId id) throws IOException {
    int slot = writes().add(id);
    ByteBuffer entry = SCRATCH.get().clear();
    encode(entry, id, ++lastNumber);
    meta.write(entry.flip(), RECENT_OFFSET + (long) slot * ENTRY_BYTES);
  }

  private void encode(ByteBuffer to, WriteId id, long number) {
    int at = to.position();
    to.putLong(id.sessionId()).putLong(id.sequence()).putLong(number).putInt(0);
    to.putInt(entryChecksum(to, at));
  }

  /** The remembered writes, oldest first. */
  List<WriteId> load() throws IOException {
    return writes().oldestFirst();
  }

  private RecentWrites writes() throws IOException {
    if (writes == null) {
      RecentWrites found = new RecentWrites();
      for (Entry entry : readEntries()) {
        found.restore(entry.id(), entry.slot());
        lastNumber = entry.number();
      }
      writes = found;
    }
    return writes;
  }

  private List<Entry> readEntries() throws IOException {
    ByteBuffer table = SCRATCH.get().clear();
    int slots = meta.read(table, RECENT_OFFSET) / ENTRY_BYTES;
    List<Entry> entries = new ArrayList<>();
    for (int slot = 0; slot < slots; slot++) {
      int at = slot * ENTRY_BYTES;
      long number = table.getLong(at + 16);
      if (number > 0 && table.getInt(at + CRC_OFFSET) == entryChecksum(table, at)) {
        WriteId id = new WriteId(table.getLong(at), table.getLong(at + 8));
        entries.add(new Entry(id, number, slot));
      }
    }
    entries.sort(Comparator.comparingLong(Entry::number));
    return entries;
  }

  /** Replaces all by other writes, oldest first. */
  void replace(List<WriteId> others) throws IOException {
    writes = new RecentWrites(others);
    lastNumber = 0;
    ByteBuffer table = SCRATCH.get().clear();
    while (table.hasRemaining()) {
      table.putLong(0);
    }
    writes.forEach(
        (id, slot) -> {
          table.position(slot * ENTRY_BYTES);
          encode(table, id, ++lastNumber);
        });
    meta.write(table.clear(), RECENT_OFFSET);
  }

  private int entryChecksum(ByteBuffer bytes, int at) {
    return Crc.of(bytes, at, CRC_OFFSET) ^ Long.hashCode(chunkId);
  }
}
