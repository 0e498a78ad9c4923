package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.distrifs.runtime.disk.DiskFile;

/**
 * What is said of a replica's bytes: headers, ids of recent writes, checksums. {@link MetaLayout}
 * has the offsets, which count from the base.
 *
 * @param file opened and closed by the owner
 * @param base where in the file the region begins
 */
record MetaRegion(DiskFile file, long base) {

  private static final ThreadLocal<ByteBuffer> SLOT =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(MetaLayout.SLOT_BYTES));

  /** As {@link DiskFile#write}, at an offset in the region. */
  void write(ByteBuffer source, long offset) throws IOException {
    file.write(source, base + offset);
  }

  /** As {@link DiskFile#read}, from an offset in the region. */
  int read(ByteBuffer target, long offset) throws IOException {
    return file.read(target, base + offset);
  }

  /** Writes a header into the slot whose turn it is; durable after a sync of the file. */
  void writeHeader(MetaHeader header) throws IOException {
    ByteBuffer slot = SLOT.get();
    header.encode(slot);
    write(slot, MetaLayout.slotOffset(header.generation()));
  }

  /**
   * The header that counts.
   *
   * @return {@code null} if no slot is whole
   * @throws MetaHeader.UnknownFormatException if it is of a format that this build cannot read
   */
  MetaHeader readHeader() throws IOException, MetaHeader.UnknownFormatException {
    // What is not read must look like a slot that was never written.
    ByteBuffer slots = ByteBuffer.allocate(MetaLayout.SLOT_DISTANCE_BYTES + MetaLayout.SLOT_BYTES);
    read(slots, 0);
    slots.clear();
    MetaHeader first = MetaHeader.decode(slots, 0);
    MetaHeader second = MetaHeader.decode(slots, MetaLayout.SLOT_DISTANCE_BYTES);
    if (first == null || second == null) {
      return first == null ? second : first;
    }
    return first.generation() > second.generation() ? first : second;
  }
}
