package org.distrifs.runtime.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPOutputStream;

/**
 * The older files of a log: {@code FILE.1.gz} is the youngest, the highest number is the oldest. A
 * log file is renamed first, which takes no time and no room on the disk. It is deleted only when
 * its compressed copy is complete. So neither a full disk nor the end of the process loses a file.
 *
 * <p>Any thread. A call waits until the one before it has ended. Only one process may use the files
 * at a time.
 */
final class OlderLogs {

  private static final String COMPRESSED = ".gz";
  private static final String UNFINISHED = ".gz.new";

  private final Path file;
  private final int count;

  /**
   * @param count how many are kept, from 1
   */
  OlderLogs(Path file, int count) {
    this.file = file;
    this.count = count;
  }

  /**
   * Renames the log file to {@code FILE.1}, and each older file to the next number. The oldest is
   * deleted if there are as many as may be kept. Nobody may write to the log file meanwhile.
   */
  synchronized void setAside() throws IOException {
    // Only the files before the first free number are renamed. So attempts that fail at the log
    // file itself, however many, delete no more than one older file.
    int free = 1;
    while (free < count && isTaken(free)) {
      free++;
    }
    Files.deleteIfExists(plain(free));
    Files.deleteIfExists(compressed(free));
    for (int number = free - 1; number >= 1; number--) {
      moveIfThere(plain(number), plain(number + 1));
      moveIfThere(compressed(number), compressed(number + 1));
    }
    Files.move(file, plain(1), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Compresses the older files that are not compressed, also those of an earlier process. */
  synchronized void compress() throws IOException {
    for (int number = 1; number <= count; number++) {
      if (Files.exists(plain(number))) {
        compress(plain(number), compressed(number));
      }
    }
  }

  private void compress(Path from, Path to) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
    try {
      try (InputStream in = Files.newInputStream(from);
          OutputStream out = new GZIPOutputStream(Files.newOutputStream(unfinished))) {
        in.transferTo(out);
      }
      Files.move(unfinished, to, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    Files.delete(from);
  }

  private boolean isTaken(int number) {
    return Files.exists(plain(number)) || Files.exists(compressed(number));
  }

  private static void moveIfThere(Path from, Path to) throws IOException {
    if (Files.exists(from)) {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private Path plain(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  private Path compressed(int number) {
    return file.resolveSibling(file.getFileName() + "." + number + COMPRESSED);
  }
}
