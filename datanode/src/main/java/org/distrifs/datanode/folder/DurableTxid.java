package org.distrifs.datanode.folder;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.distrifs.runtime.lifecycle.OperatorException;

/** The content of the file {@code durable-txid}. */
final class DurableTxid {
  static final int FORMAT = 1;
  static final int BYTES = 24;

  private static final long MAGIC = 0x4446_5344_5458_4944L; // "DFSDTXID"
  private static final int CRC_OFFSET = BYTES - Integer.BYTES;

  private DurableTxid() {}

  static ByteBuffer encode(long txid) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(MAGIC).putShort((short) FORMAT).putShort((short) 0).putLong(txid);
    return bytes.putInt(checksum(bytes)).flip();
  }

  static long decode(ByteBuffer bytes, Path file) {
    int format =
        bytes.remaining() == BYTES && bytes.getLong(0) == MAGIC
            ? Short.toUnsignedInt(bytes.getShort(8))
            : 0;
    if (format > FORMAT) {
      throw new OperatorException(
          "The data folder's file %s has format %d, and this build reads format %d. Start the version of DistriFS that wrote it."
              .formatted(file, format, FORMAT));
    }
    if (format == 0 || bytes.getInt(CRC_OFFSET) != checksum(bytes)) {
      throw new OperatorException(
          "The file "
              + file
              + " is damaged. Without it a master that was restored from an old copy would not be"
              + " recognised; if you know that the master was not, remove the file.");
    }
    return bytes.getLong(12);
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, CRC_OFFSET);
    return (int) crc.getValue();
  }
}
