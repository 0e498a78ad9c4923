package org.distrifs.simulation.checker;

import java.nio.ByteBuffer;

/**
 * The bytes of a simulated chunk: cells smaller than a block, each filled with the number of the
 * write that it comes from, so that every byte tells where it is from.
 */
public final class Cells {

  public static final int CELL_BYTES = 1024;

  /** Of bytes that were never written. */
  public static final int ZERO = 0;

  /** Of bytes that do not come from one write. */
  public static final int MIXED = -1;

  private static final long MARK = 0xD15F_0000_0000_0000L;

  private Cells() {}

  /** The bytes that a write puts into its cells. */
  public static byte[] fill(int writeNumber, int cells) {
    ByteBuffer bytes = ByteBuffer.allocate(cells * CELL_BYTES);
    while (bytes.hasRemaining()) {
      bytes.putLong(MARK | writeNumber);
    }
    return bytes.array();
  }

  /** The number of the write that a cell's bytes come from, or {@link #ZERO} or {@link #MIXED}. */
  public static int writeIn(ByteBuffer bytes, int at) {
    long first = bytes.getLong(at);
    for (int i = Long.BYTES; i < CELL_BYTES; i += Long.BYTES) {
      if (bytes.getLong(at + i) != first) {
        return MIXED;
      }
    }
    if (first == 0) {
      return ZERO;
    }
    return (first & 0xFFFF_FFFF_0000_0000L) == MARK ? (int) first : MIXED;
  }
}
