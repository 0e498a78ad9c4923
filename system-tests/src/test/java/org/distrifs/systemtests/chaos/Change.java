package org.distrifs.systemtests.chaos;

import java.util.Arrays;

/** What a program tried to do to the bytes of a file. Immutable; arrays are not copied. */
sealed interface Change {

  /** The contents after this change was done whole. */
  byte[] appliedTo(byte[] before);

  /** Bytes at an offset; between an old end and them zeros appear. */
  record Write(int offset, byte[] bytes) implements Change {
    @Override
    public byte[] appliedTo(byte[] before) {
      final byte[] after =
          Arrays.copyOf(before, Math.max(before.length, Math.addExact(offset, bytes.length)));
      System.arraycopy(bytes, 0, after, offset, bytes.length);
      return after;
    }
  }

  /** A cut, or an extension with zeros. */
  record Resize(int size) implements Change {
    @Override
    public byte[] appliedTo(byte[] before) {
      return Arrays.copyOf(before, size);
    }
  }

  /** Another file was renamed over this name: all of the old contents, or all of these. */
  record Replace(byte[] bytes) implements Change {
    @Override
    public byte[] appliedTo(byte[] before) {
      return bytes;
    }
  }
}
