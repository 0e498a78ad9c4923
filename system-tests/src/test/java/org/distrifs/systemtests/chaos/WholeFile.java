package org.distrifs.systemtests.chaos;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Reads files as a whole. */
final class WholeFile {
  private static final int PIECE_BYTES = 256 << 10;

  private WholeFile() {}

  /** Opens a file and reads it. */
  static byte[] read(Path file, Findings findings, String what) throws IOException {
    try (FileChannel channel =
        findings.timed("open " + what, () -> FileChannel.open(file, StandardOpenOption.READ))) {
      return read(channel, findings, what);
    }
  }

  /** Reads an open file, from offset 0 to its end. */
  static byte[] read(FileChannel channel, Findings findings, String what) throws IOException {
    byte[] bytes = new byte[PIECE_BYTES];
    int size = 0;
    while (true) {
      if (size == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * size);
      }
      final ByteBuffer rest =
          ByteBuffer.wrap(bytes, size, Math.min(PIECE_BYTES, bytes.length - size));
      final int at = size;
      final int read = findings.timed("read " + what, () -> channel.read(rest, at));
      if (read < 0) {
        return Arrays.copyOf(bytes, size);
      }
      size += read;
    }
  }
}
