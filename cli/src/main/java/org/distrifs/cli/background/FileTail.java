package org.distrifs.cli.background;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The part of a text file after a position.
 *
 * @param file may be missing
 * @param startBytes the position
 */
record FileTail(Path file, long startBytes) {

  /** How much of the end of the file is read. */
  private static final int MAX_BYTES = 64 << 10;

  /** Begins at the present end of the file. */
  static FileTail fromHere(Path file) throws IOException {
    return new FileTail(file, Files.exists(file) ? Files.size(file) : 0);
  }

  /** The lines that are not blank. */
  List<String> lines() throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
      // If the file was too large, it has been renamed, and a new one begins at 0.
      long from = content.length() < startBytes ? 0 : startBytes;
      from = Math.max(from, content.length() - MAX_BYTES);
      byte[] bytes = new byte[Math.toIntExact(content.length() - from)];
      content.seek(from);
      content.readFully(bytes);
      return new String(bytes, UTF_8).lines().filter(line -> !line.isBlank()).toList();
    }
  }

  /** The last of {@link #lines}, with the path of the file. */
  Optional<String> lastLine() throws IOException {
    List<String> lines = lines();
    return lines.isEmpty()
        ? Optional.empty()
        : Optional.of("%s (log: %s)".formatted(lines.get(lines.size() - 1), file));
  }
}
