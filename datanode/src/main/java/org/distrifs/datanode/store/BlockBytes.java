package org.distrifs.datanode.store;

import static org.distrifs.datanode.store.MetaLayout.BLOCK_BYTES;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.runtime.disk.DiskFile;

/**
 * Puts bytes into a replica's file. Zeros over what is there become a hole: that is how a punched
 * file gives its space back.
 */
final class BlockBytes {

  /** Fewer zeros than these are written: a hole costs three system calls and fragments the file. */
  static final int MIN_HOLE_BYTES = 64 << 10;

  private static final ByteBuffer ZEROS =
      ByteBuffer.allocateDirect(MIN_HOLE_BYTES).asReadOnlyBuffer();

  private BlockBytes() {}

  /**
   * Looks at the bytes only if the checksums, one for each block that is touched, leave no other
   * choice than zeros.
   *
   * @param fileBytes how long the file is
   */
  static void write(DiskFile file, ByteBuf bytes, int offset, int[] checksums, int fileBytes)
      throws IOException {
    int length = bytes.readableBytes();
    boolean isHole =
        length >= MIN_HOLE_BYTES
            && offset % BLOCK_BYTES == 0
            && length % BLOCK_BYTES == 0
            && offset + length <= fileBytes
            && areOfZeros(checksums)
            && areZeros(bytes.nioBuffer());
    if (isHole) {
      file.punch(offset, length);
    } else {
      file.write(bytes.nioBuffer(), offset);
    }
  }

  private static boolean areOfZeros(int[] checksums) {
    for (int checksum : checksums) {
      if (checksum != BlockChecksums.ZERO_BLOCK) {
        return false;
      }
    }
    return true;
  }

  private static boolean areZeros(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      int count = Math.min(bytes.remaining(), MIN_HOLE_BYTES);
      if (!bytes.slice(bytes.position(), count).equals(ZEROS.slice(0, count))) {
        return false;
      }
      bytes.position(bytes.position() + count);
    }
    return true;
  }
}
