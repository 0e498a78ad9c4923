package org.distrifs.simulation.checker;

import java.nio.ByteBuffer;

/**
 * The contents of simulated chunks. A chunk consists of cells, which are smaller than a block. A
 * write fills each of its cells with its own number, so every byte shows which write it comes from.
 */
public final class Cells {

  public static final int CELL_BYTES = 1024;

  /** The number of a cell that was never written. */
  public static final int ZERO = 0;

  /** The number of a cell whose bytes come from different writes. */
  public static final int MIXED = -1;

  private static final long MARK = 0xD15F_0000_0000_0000L;

  private Cells() {}

  /** The bytes with which a write fills its cells. */
  public static byte[] fill(int writeNumber, int cells) {
    ByteBuffer bytes = ByteBuffer.allocate(cells * CELL_BYTES);
    while (bytes.hasRemaining()) {
      bytes.putLong(MARK | writeNumber);
    }
    return bytes.array();
  }

  /** The number of the write that filled a cell, or {@link #ZERO} or {@link #MIXED}. */
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
