package org.distrifs.cli.path;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Converts local paths to bytes and back. A {@code Path} of the JDK keeps the bytes of its names,
 * even if they are no text, and a {@code file:} URI has them percent-encoded.
 */
public final class LocalNames {

  private static final String UNRESERVED = "-._~/";
  private static final int HEX = 16;

  private LocalNames() {}

  /** The last name of a path. */
  public static ByteString name(Path path) {
    ByteString bytes = bytes(path);
    return bytes.substring(lastSlash(bytes) + 1);
  }

  /** The bytes of a whole path; a relative one is made absolute. */
  static ByteString bytes(Path path) {
    byte[] encoded = path.toUri().getRawPath().getBytes(US_ASCII);
    ByteArrayOutputStream plain = new ByteArrayOutputStream(encoded.length);
    for (int i = 0; i < encoded.length; i++) {
      if (encoded[i] == '%') {
        plain.write(
            Character.digit(encoded[i + 1], HEX) << 4 | Character.digit(encoded[i + 2], HEX));
        i += 2;
      } else {
        plain.write(encoded[i]);
      }
    }
    byte[] bytes = plain.toByteArray();
    // The URI of a folder that exists ends in a slash.
    boolean slashAtEnd = bytes.length > 1 && bytes[bytes.length - 1] == '/';
    return ByteString.copyFrom(bytes, 0, slashAtEnd ? bytes.length - 1 : bytes.length);
  }

  /** The path that has these bytes; it may be relative to the working folder. */
  public static Path path(ByteString bytes) {
    String text = bytes.toStringUtf8();
    if (ByteString.copyFromUtf8(text).equals(bytes)) {
      return Path.of(text);
    }
    if (bytes.byteAt(0) == '/') {
      return encodedPath(bytes);
    }
    Path working = Path.of("").toAbsolutePath();
    Path absolute = child(working, bytes);
    return absolute.subpath(working.getNameCount(), absolute.getNameCount());
  }

  /** The path of a name in a folder. */
  public static Path child(Path folder, ByteString name) {
    String text = name.toStringUtf8();
    if (ByteString.copyFromUtf8(text).equals(name)) {
      return folder.resolve(text);
    }
    return encodedPath(bytes(folder).concat(ByteString.copyFromUtf8("/")).concat(name));
  }

  /** The target of a symbolic link, byte for byte. */
  public static ByteString linkTarget(Path symlink) throws IOException {
    Path target = Files.readSymbolicLink(symlink);
    String text = target.toString();
    if (text.indexOf('\uFFFD') < 0) {
      return ByteString.copyFromUtf8(text);
    }
    if (target.isAbsolute()) {
      return bytes(target);
    }
    // The URI has the absolute path: cut off the working folder in front of the target.
    ByteString working = bytes(Path.of("").toAbsolutePath());
    return bytes(target).substring(working.size() + 1);
  }

  private static Path encodedPath(ByteString absolute) {
    StringBuilder encoded = new StringBuilder("file://");
    for (int i = 0; i < absolute.size(); i++) {
      int value = Byte.toUnsignedInt(absolute.byteAt(i));
      boolean plain =
          value < 0x80 && (Character.isLetterOrDigit(value) || UNRESERVED.indexOf(value) >= 0);
      encoded.append(plain ? String.valueOf((char) value) : "%%%02X".formatted(value));
    }
    return Path.of(URI.create(encoded.toString()));
  }

  private static int lastSlash(ByteString bytes) {
    for (int i = bytes.size() - 1; i >= 0; i--) {
      if (bytes.byteAt(i) == '/') {
        return i;
      }
    }
    return -1;
  }
}
