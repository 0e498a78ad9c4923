package org.distrifs.master.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The first 32 bytes of a segment, big endian.
 *
 * <pre>
 *  0  8  magic, "DFSJOURN" in ASCII
 *  8  4  format version
 * 12  8  cluster id
 * 20  8  txid of the segment's first record
 * 28  4  CRC32C of bytes 0 to 27
 * </pre>
 *
 * <p>Length, magic, version and CRC stay where they are in every version, so that an older program
 * can tell a newer segment from a damaged one.
 */
record SegmentHeader(int formatVersion, long clusterId, long firstTxid) {

  static final int BYTES = 32;
  static final int FORMAT_VERSION = 1;

  private static final byte[] MAGIC = "DFSJOURN".getBytes(StandardCharsets.US_ASCII);
  private static final int CRC_OFFSET = BYTES - Integer.BYTES;

  /** Writes the header at the target's position. */
  void encode(ByteBuffer target) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.put(MAGIC).putInt(formatVersion).putLong(clusterId).putLong(firstTxid);
    bytes.putInt(crc(bytes.array())).flip();
    target.put(bytes);
  }

  /** Reads the header at the source's position, or null if these bytes are none. */
  static SegmentHeader decode(ByteBuffer source) {
    if (source.remaining() < BYTES) {
      return null;
    }
    byte[] bytes = new byte[BYTES];
    source.get(bytes);
    ByteBuffer fields = ByteBuffer.wrap(bytes);
    byte[] magic = new byte[MAGIC.length];
    fields.get(magic);
    if (!Arrays.equals(magic, MAGIC) || fields.getInt(CRC_OFFSET) != crc(bytes)) {
      return null;
    }
    return new SegmentHeader(fields.getInt(), fields.getLong(), fields.getLong());
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CRC_OFFSET);
    return (int) crc.getValue();
  }
}
