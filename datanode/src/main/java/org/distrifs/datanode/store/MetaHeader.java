package org.distrifs.datanode.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.id.ChunkName;

/**
 * One header slot of a {@link MetaRegion}.
 *
 * @param form of the replica
 * @param generation rises with each write of a header; the valid slot with the higher one counts
 * @param lastNumber number in the table of recent writes of the last one that the length includes;
 *     0 in the form of two files, where the file with the bytes tells the length
 * @param bootId of the machine, when this was written
 * @param dirty one bit for each MiB that may differ from what is durable
 */
record MetaHeader(
    ReplicaForm form,
    UUID name,
    long generation,
    int version,
    int lengthBytes,
    long lastOrder,
    long lastNumber,
    UUID bootId,
    List<Integer> nodeIds,
    BitSet dirty) {

  /** MiBs that the dirty map covers. */
  static final int DIRTY_BITS = ChunkStore.MAX_CHUNK_BYTES / MetaLayout.MIB;

  private static final long MAGIC = 0x4446_5343_484E_4B4DL; // "DFSCHNKM"
  private static final short KIND_PLAIN = 0;
  private static final int NAME_OFFSET = 16;
  private static final int BOOT_ID_OFFSET = 64;
  private static final int MEMBERS_OFFSET = 80;
  private static final int DIRTY_OFFSET = 152;
  private static final int CRC_OFFSET = MetaLayout.SLOT_BYTES - Integer.BYTES;

  /**
   * Puts the slot's {@link MetaLayout#SLOT_BYTES} bytes at the start of a buffer, ready to write.
   */
  void encode(ByteBuffer slot) {
    slot.clear().limit(MetaLayout.SLOT_BYTES);
    while (slot.hasRemaining()) {
      slot.putLong(0);
    }
    slot.clear();
    slot.putLong(MAGIC).putShort((short) form.format).putShort(KIND_PLAIN).putInt(0);
    slot.putLong(name.getMostSignificantBits()).putLong(name.getLeastSignificantBits());
    slot.putLong(generation).putInt(version).putInt(lengthBytes);
    slot.putLong(lastOrder).putLong(form == ReplicaForm.ONE_FILE ? lastNumber : 0);
    slot.putLong(bootId.getMostSignificantBits()).putLong(bootId.getLeastSignificantBits());
    slot.putShort((short) nodeIds.size()).putShort((short) 0);
    nodeIds.forEach(slot::putInt);
    slot.position(DIRTY_OFFSET).put(dirty.toByteArray());
    slot.putInt(CRC_OFFSET, Crc.of(slot, 0, CRC_OFFSET));
    slot.clear().limit(MetaLayout.SLOT_BYTES);
  }

  /**
   * Reads a slot at an offset of a buffer.
   *
   * @return {@code null} if it is not whole: never written, or torn
   * @throws UnknownFormatException if it is whole but of another format
   */
  static MetaHeader decode(ByteBuffer buffer, int offset) throws UnknownFormatException {
    ByteBuffer slot = buffer.duplicate().clear().position(offset).slice();
    if (slot.remaining() < MetaLayout.SLOT_BYTES
        || slot.getLong(0) != MAGIC
        || slot.getInt(CRC_OFFSET) != Crc.of(slot, 0, CRC_OFFSET)) {
      return null;
    }
    int format = Short.toUnsignedInt(slot.getShort(8));
    int kind = Short.toUnsignedInt(slot.getShort(10));
    ReplicaForm form = ReplicaForm.ofFormat(format);
    if (form == null || kind != KIND_PLAIN) {
      throw new UnknownFormatException(format, kind);
    }
    UUID name = new UUID(slot.getLong(NAME_OFFSET), slot.getLong(NAME_OFFSET + 8));
    UUID bootId = new UUID(slot.getLong(BOOT_ID_OFFSET), slot.getLong(BOOT_ID_OFFSET + 8));
    byte[] dirty = new byte[DIRTY_BITS / Byte.SIZE];
    slot.get(DIRTY_OFFSET, dirty);
    return new MetaHeader(
        form,
        name,
        slot.getLong(32),
        slot.getInt(40),
        slot.getInt(44),
        slot.getLong(48),
        form == ReplicaForm.ONE_FILE ? slot.getLong(56) : 0,
        bootId,
        decodeMembers(slot),
        BitSet.valueOf(dirty));
  }

  private static List<Integer> decodeMembers(ByteBuffer slot) {
    int count = Math.min(slot.getShort(MEMBERS_OFFSET), DataRequest.MAX_CHAIN_MEMBERS);
    List<Integer> members = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      members.add(slot.getInt(MEMBERS_OFFSET + 4 + i * Integer.BYTES));
    }
    return List.copyOf(members);
  }

  long chunkId() {
    return ChunkName.chunkId(name);
  }

  /** A header that this build cannot read, though nothing is wrong with it. */
  static final class UnknownFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    UnknownFormatException(int format, int kind) {
      super(
          "it has format %d and kind %d, and this build reads formats %d and %d of kind %d"
              .formatted(
                  format,
                  kind,
                  ReplicaForm.TWO_FILES.format,
                  ReplicaForm.ONE_FILE.format,
                  KIND_PLAIN));
    }
  }
}
