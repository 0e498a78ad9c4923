package org.distrifs.systemtests.chaos;

import java.util.Arrays;

/** What a program tried to do to the bytes of a file. Immutable; arrays are not copied. */
sealed interface Change {

  /** The contents after this change was done whole. */
  byte[] appliedTo(byte[] before);

  /** Writes bytes at an offset. A gap behind the old end is filled with zeros. */
  record Write(int offset, byte[] bytes) implements Change {
    @Override
    public byte[] appliedTo(byte[] before) {
      final byte[] after =
          Arrays.copyOf(before, Math.max(before.length, Math.addExact(offset, bytes.length)));
      System.arraycopy(bytes, 0, after, offset, bytes.length);
      return after;
    }
  }

  /** Cuts the file, or extends it with zeros. */
  record Resize(int size) implements Change {
    @Override
    public byte[] appliedTo(byte[] before) {
      return Arrays.copyOf(before, size);
    }
  }

  /**
   * Renames another file over this name. The file holds all of the old contents, or all of these.
   */
  record Replace(byte[] bytes) implements Change {
    @Override
    public byte[] appliedTo(byte[] before) {
      return bytes;
    }
  }
}
