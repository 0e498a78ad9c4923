package org.distrifs.cli.path;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An argument as the bytes that were given. Java decodes arguments to text and loses bytes that are
 * not of the locale's encoding; the kernel still has them.
 */
public record Operand(ByteString bytes) {

  /** The character that the JDK puts in place of bytes that it cannot decode. */
  private static final char LOST = '\uFFFD';

  /** The encoding by which the JDK decodes arguments: that of the locale. */
  private static final Charset ARGUMENT_ENCODING =
      Charset.forName(System.getProperty("sun.jnu.encoding"));

  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final Operand DASH = new Operand(ByteString.copyFromUtf8("-"));

  /** The argument that the JDK decoded to this text. */
  static Operand of(String text) {
    if (text.indexOf(LOST) < 0) {
      return new Operand(ByteString.copyFromUtf8(text));
    }
    Set<ByteString> candidates = new LinkedHashSet<>();
    try {
      ByteString commandLine = ByteString.copyFrom(Files.readAllBytes(COMMAND_LINE));
      int start = 0;
      for (int i = 0; i < commandLine.size(); i++) {
        if (commandLine.byteAt(i) == 0) {
          ByteString argument = commandLine.substring(start, i);
          if (argument.toString(ARGUMENT_ENCODING).equals(text)) {
            candidates.add(argument);
          }
          start = i + 1;
        }
      }
    } catch (IOException e) {
      throw new TypeConversionException("'" + text + "' is not of this locale's encoding");
    }
    if (candidates.size() != 1) {
      throw new TypeConversionException(
          "'" + text + "' is not of this locale's encoding: name one such path at a time");
    }
    return new Operand(candidates.iterator().next());
  }

  /** Whether the operand is "-": standard input or output. */
  public boolean isDash() {
    return equals(DASH);
  }

  public RemotePath remote() {
    return RemotePath.of(bytes);
  }

  public Path local() {
    return LocalNames.path(bytes);
  }

  @Override
  public String toString() {
    return bytes.toStringUtf8();
  }

  /** Converts arguments that are local paths, or paths on either side. */
  public static final class Converter implements ITypeConverter<Operand> {
    @Override
    public Operand convert(String text) {
      return of(text);
    }
  }

  /** Converts arguments that are paths in DistriFS. */
  public static final class RemoteConverter implements ITypeConverter<RemotePath> {
    @Override
    public RemotePath convert(String text) {
      return of(text).remote();
    }
  }
}
