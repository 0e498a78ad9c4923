package org.distrifs.cli.background;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.distrifs.runtime.disk.FailureReason;

/** What a role has logged since a start: the part of its log file after a position. */
public final class RoleLog {

  /** How much of the end of the log is read. */
  private static final int MAX_TAIL_BYTES = 64 << 10;

  /** How the sentence begins with which a role gives up. */
  private static final String LAST_WORDS = "distrifs: ";

  private final Path file;
  private final long startBytes;

  private RoleLog(Path file, long startBytes) {
    this.file = file;
    this.startBytes = startBytes;
  }

  /** Begins at the present end of the log. */
  public static RoleLog fromHere(Path file) throws IOException {
    return new RoleLog(file, Files.exists(file) ? Files.size(file) : 0);
  }

  /** Why the role gave up: its own sentence, or else the last line and the path of its log. */
  public String reason() {
    List<String> lines;
    try {
      lines = tail().lines().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      return "its log cannot be read: " + FailureReason.of(e);
    }
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (lines.get(i).startsWith(LAST_WORDS)) {
        return lines.get(i).substring(LAST_WORDS.length());
      }
    }
    String lastLine = lines.isEmpty() ? "it said nothing." : lines.get(lines.size() - 1);
    return lastLine + " (log: " + file + ")";
  }

  private String tail() throws IOException {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      // If the log was too large, the start has renamed it and begun a new one at 0.
      long from = log.length() < startBytes ? 0 : startBytes;
      from = Math.max(from, log.length() - MAX_TAIL_BYTES);
      byte[] bytes = new byte[Math.toIntExact(log.length() - from)];
      log.seek(from);
      log.readFully(bytes);
      return new String(bytes, UTF_8);
    }
  }
}
