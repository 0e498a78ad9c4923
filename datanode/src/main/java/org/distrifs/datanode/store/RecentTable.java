package org.distrifs.datanode.store;

import static org.distrifs.datanode.store.ChunkStore.MAX_RECENT_WRITES;
import static org.distrifs.datanode.store.MetaLayout.RECENT_OFFSET;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The {@link RecentWrites} of a replica as they stand in its {@link MetaRegion}, each in its slot.
 * One is written after the bytes and checksums of its write, so that whoever finds an id after the
 * process died finds the bytes too. It carries the replica's length after the write, so that a
 * write needs no header. All methods run as an operation of the replica.
 */
final class RecentTable {
  static final int ENTRY_BYTES = 32;

  private static final int LENGTH_OFFSET = 24;
  private static final int CRC_OFFSET = 28;
  private static final int TABLE_BYTES = MAX_RECENT_WRITES * ENTRY_BYTES;
  private static final ThreadLocal<ByteBuffer> SCRATCH =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(TABLE_BYTES));

  /**
   * A slot that is in use.
   *
   * @param number rises with each write
   * @param lengthBytes of the replica after the write; 0 if that is not told
   */
  record Entry(WriteId id, long number, int lengthBytes, int slot) {}

  private final Replica replica;
  private final MetaRegion meta;

  /** What the table holds; null until it was asked for. */
  private RecentWrites writes;

  RecentTable(Replica replica, MetaRegion meta) {
    this.replica = replica;
    this.meta = meta;
  }

  /**
   * Adds a write.
   *
   * @param lengthBytes of the replica after it
   */
  void add(WriteId id, int lengthBytes) throws IOException {
    int slot = writes().add(id);
    ByteBuffer entry = SCRATCH.get().clear();
    encode(entry, id, lengthBytes);
    meta.write(entry.flip(), RECENT_OFFSET + (long) slot * ENTRY_BYTES);
  }

  /** Gives the entry the next number: the numbers tell what was earlier. */
  private void encode(ByteBuffer to, WriteId id, int lengthBytes) {
    int at = to.position();
    to.putLong(id.sessionId()).putLong(id.sequence());
    to.putLong(replica.nextNumber()).putInt(lengthBytes);
    to.putInt(entryChecksum(replica.chunkId, to, at));
  }

  /** The remembered writes, oldest first. */
  List<WriteId> load() throws IOException {
    return writes().oldestFirst();
  }

  private RecentWrites writes() throws IOException {
    if (writes == null) {
      RecentWrites found = new RecentWrites();
      for (Entry entry : readEntries(replica.chunkId, meta)) {
        found.restore(entry.id(), entry.slot());
        replica.numberUsed(entry.number());
      }
      writes = found;
    }
    return writes;
  }

  /** The slots that are whole and in use, in the order of their numbers. */
  static List<Entry> readEntries(long chunkId, MetaRegion meta) throws IOException {
    ByteBuffer table = SCRATCH.get().clear();
    int slots = meta.read(table, RECENT_OFFSET) / ENTRY_BYTES;
    List<Entry> entries = new ArrayList<>();
    for (int slot = 0; slot < slots; slot++) {
      int at = slot * ENTRY_BYTES;
      long number = table.getLong(at + 16);
      if (number > 0 && table.getInt(at + CRC_OFFSET) == entryChecksum(chunkId, table, at)) {
        WriteId id = new WriteId(table.getLong(at), table.getLong(at + 8));
        entries.add(new Entry(id, number, table.getInt(at + LENGTH_OFFSET), slot));
      }
    }
    entries.sort(Comparator.comparingLong(Entry::number));
    return entries;
  }

  /**
   * Replaces all by writes of another member, oldest first. They tell no length: the header must,
   * durably.
   */
  void replace(List<WriteId> others) throws IOException {
    writes(); // The numbers go on.
    writes = new RecentWrites(others);
    ByteBuffer table = SCRATCH.get().clear();
    while (table.hasRemaining()) {
      table.putLong(0);
    }
    writes.forEach(
        (id, slot) -> {
          table.position(slot * ENTRY_BYTES);
          encode(table, id, 0);
        });
    meta.write(table.clear(), RECENT_OFFSET);
  }

  private static int entryChecksum(long chunkId, ByteBuffer bytes, int at) {
    return Crc.of(bytes, at, CRC_OFFSET) ^ Long.hashCode(chunkId);
  }
}
