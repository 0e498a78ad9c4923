package org.distrifs.datanode.folder;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * The content of the file {@code identity}.
 *
 * @param clusterId 0 until a cluster has taken the node in
 * @param nodeId 0 until then
 * @param secret drawn once, so that a registration that is sent again is known to be the same
 *     node's
 */
record NodeRecord(long clusterId, int nodeId, long secret) {
  static final int FORMAT = 1;
  static final int BYTES = 40;

  private static final long MAGIC = 0x4446_534E_4F44_4549L; // "DFSNODEI"
  private static final int CRC_OFFSET = BYTES - Integer.BYTES;

  ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(MAGIC).putShort((short) FORMAT).putShort((short) 0);
    bytes.putInt(nodeId).putLong(clusterId).putLong(secret).putInt(0);
    return bytes.putInt(checksum(bytes)).flip();
  }

  /**
   * @param file for sentences
   * @throws OperatorException if it is no identity file, damaged, or of another format
   */
  static NodeRecord decode(ByteBuffer bytes, String file) {
    if (bytes.remaining() < BYTES || bytes.getLong(0) != MAGIC) {
      throw new OperatorException(
          "The file "
              + file
              + " is no identity of a DistriFS datanode. Name the data folder of a datanode, or an"
              + " empty one.");
    }
    int format = Short.toUnsignedInt(bytes.getShort(8));
    if (format != FORMAT) {
      throw new OperatorException(
          "The data folder's file %s has format %d, and this build reads format %d. Start the version of DistriFS that wrote it."
              .formatted(file, format, FORMAT));
    }
    if (bytes.getInt(CRC_OFFSET) != checksum(bytes)) {
      throw new OperatorException(
          "The file "
              + file
              + " is damaged: its checksum does not match. Restore it from a copy, or start the"
              + " datanode on an empty folder and let its chunks be copied from others.");
    }
    return new NodeRecord(bytes.getLong(16), bytes.getInt(12), bytes.getLong(24));
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, CRC_OFFSET);
    return (int) crc.getValue();
  }
}
