package org.distrifs.proto.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.CharsetUtil;

/**
 * Reads and writes strings in the bodies of frames. They are UTF-8; the caller reads and writes
 * their length in bytes.
 */
final class WireText {
  private WireText() {}

  /**
   * Writes as many whole characters of a string as fit, and returns the number of bytes written.
   * Only for texts that people read.
   */
  static int writeCut(ByteBuf target, String text, int maxBytes) {
    int bytes = 0;
    int end = 0;
    while (end < text.length()) {
      final int character = text.codePointAt(end);
      final int more = utf8Bytes(character);
      if (bytes + more > maxBytes) {
        break;
      }
      bytes += more;
      end += Character.charCount(character);
    }
    return ByteBufUtil.writeUtf8(target, text, 0, end);
  }

  /**
   * Writes a whole string and returns the number of bytes written.
   *
   * @throws IllegalArgumentException if it is longer than {@code maxBytes}
   */
  static int writeWhole(ByteBuf target, String text, int maxBytes, String what) {
    final int bytes = ByteBufUtil.utf8Bytes(text);
    if (bytes > maxBytes) {
      throw new IllegalArgumentException(
          "a " + what + " of " + bytes + " bytes does not fit into a frame, at most " + maxBytes);
    }
    return ByteBufUtil.writeUtf8(target, text);
  }

  static String read(ByteBuf source, int bytes) {
    return source.readCharSequence(bytes, CharsetUtil.UTF_8).toString();
  }

  /** Reads a text for a log. Each character that would begin a new line there becomes a "?". */
  static String readLine(ByteBuf source, int bytes) {
    final String text = read(source, bytes);
    final boolean plain = text.chars().noneMatch(Character::isISOControl);
    return plain ? text : text.replaceAll("\\p{Cc}", "?");
  }

  private static int utf8Bytes(int character) {
    if (character < 0x80) {
      return 1;
    }
    if (character < 0x800) {
      return 2;
    }
    return character < 0x10000 ? 3 : 4;
  }
}
