package org.distrifs.cli.background;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.distrifs.runtime.disk.FailureReason;

/** What a role has said since a start: the log file behind a position. */
public final class RoleLog {

  /** Only so much from the end is looked at. */
  private static final int MAX_TAIL_BYTES = 64 << 10;

  /** How every role begins the sentence with which it gives up. */
  private static final String LAST_WORDS = "distrifs: ";

  private final Path file;
  private final long startBytes;

  private RoleLog(Path file, long startBytes) {
    this.file = file;
    this.startBytes = startBytes;
  }

  /** Remembers where the log ends now. */
  public static RoleLog fromHere(Path file) throws IOException {
    return new RoleLog(file, Files.exists(file) ? Files.size(file) : 0);
  }

  /** Why the role gave up: its sentence, or else its last line, and where to read on. */
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
      // A start that found the log too large has set it aside, and begun at 0.
      long from = log.length() < startBytes ? 0 : startBytes;
      from = Math.max(from, log.length() - MAX_TAIL_BYTES);
      byte[] bytes = new byte[Math.toIntExact(log.length() - from)];
      log.seek(from);
      log.readFully(bytes);
      return new String(bytes, UTF_8);
    }
  }
}
