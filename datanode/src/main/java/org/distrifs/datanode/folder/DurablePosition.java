package org.distrifs.datanode.folder;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.distrifs.proto.id.JournalPosition;
import org.distrifs.runtime.lifecycle.OperatorException;

/** The content of the file {@code durable-txid}. Format 1 has no term. */
final class DurablePosition {
  static final int FORMAT = 2;
  static final int BYTES = 32;

  private static final int OLD_FORMAT = 1;
  private static final int OLD_BYTES = 24;
  private static final long MAGIC = 0x4446_5344_5458_4944L; // "DFSDTXID"

  private DurablePosition() {}

  static ByteBuffer encode(JournalPosition position) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(MAGIC).putShort((short) FORMAT).putShort((short) 0);
    bytes.putLong(position.txid()).putLong(position.term());
    return bytes.putInt(checksum(bytes, BYTES - Integer.BYTES)).flip();
  }

  static JournalPosition decode(ByteBuffer bytes, Path file) {
    int size = bytes.remaining();
    int format =
        size >= OLD_BYTES && bytes.getLong(0) == MAGIC ? Short.toUnsignedInt(bytes.getShort(8)) : 0;
    if (format > FORMAT) {
      throw new OperatorException(
          "The data folder's file %s has format %d, and this build reads formats %d and %d. Start the version of DistriFS that wrote it."
              .formatted(file, format, OLD_FORMAT, FORMAT));
    }
    int expected = format == OLD_FORMAT ? OLD_BYTES : BYTES;
    int crcOffset = expected - Integer.BYTES;
    if (format == 0 || size != expected || bytes.getInt(crcOffset) != checksum(bytes, crcOffset)) {
      throw new OperatorException(
          "The file "
              + file
              + " is damaged. Without it a master that was restored from an old copy would not be"
              + " recognised; if you know that the master was not, remove the file.");
    }
    return new JournalPosition(format == OLD_FORMAT ? 0 : bytes.getLong(20), bytes.getLong(12));
  }

  private static int checksum(ByteBuffer bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, length);
    return (int) crc.getValue();
  }
}
