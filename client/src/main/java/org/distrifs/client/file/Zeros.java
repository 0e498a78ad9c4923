package org.distrifs.client.file;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes of value 0, to be written over a range where there is data. */
final class Zeros {
  private static final int PIECE_BYTES = 256 << 10;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(PIECE_BYTES).asReadOnlyBuffer();

  private Zeros() {}

  /** Takes bytes for an offset. */
  @FunctionalInterface
  interface Target {
    void write(long offset, ByteBuffer source) throws IOException;
  }

  /** Writes zeros over [offset, end), as far as there is data. */
  static void overwrite(DataRanges data, long offset, long end, Target target) throws IOException {
    long at = data.nextData(offset, end);
    while (at < end) {
      long pieceEnd = data.nextHole(at, at + Math.min(end - at, PIECE_BYTES));
      target.write(at, ZEROS.slice(0, (int) (pieceEnd - at)));
      at = data.nextData(pieceEnd, end);
    }
  }
}
