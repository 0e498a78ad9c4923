package org.distrifs.datanode.store;

import org.distrifs.proto.frame.DataRequest;

/** Where things are in a {@link MetaRegion}; {@code docs/chunk-store.md} has the tables. */
final class MetaLayout {
  static final int BLOCK_BYTES = DataRequest.BLOCK_BYTES;
  static final int MIB = 1 << 20;

  /** The two header slots lie in different pages, so that one torn write cannot hit both. */
  static final int SLOT_DISTANCE_BYTES = 4096;

  static final int SLOT_BYTES = 512;
  static final int RECENT_OFFSET = 8192;
  static final int TABLE_OFFSET = 40960;

  /** A sector of the checksum table: 127 checksums and one over them. */
  static final int SECTOR_BYTES = 512;

  static final int CHECKSUMS_PER_SECTOR = SECTOR_BYTES / Integer.BYTES - 1;

  private MetaLayout() {}

  static long slotOffset(long generation) {
    return (generation & 1) * SLOT_DISTANCE_BYTES;
  }

  /** Blocks of a replica of this length. */
  static int blocks(long lengthBytes) {
    return (int) ((lengthBytes + BLOCK_BYTES - 1) / BLOCK_BYTES);
  }

  /** Bytes of a block that lie within a replica of this length. */
  static int blockLength(int block, int replicaLength) {
    long rest = replicaLength - (long) block * BLOCK_BYTES;
    return (int) Math.max(0, Math.min(BLOCK_BYTES, rest));
  }
}
