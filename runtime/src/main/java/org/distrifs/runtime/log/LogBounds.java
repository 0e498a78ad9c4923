package org.distrifs.runtime.log;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * How much a process may keep in log files.
 *
 * @param fileBytes a file of this size or more is renamed before the next line; from 4 KiB to 1 GiB
 * @param olderFiles how many renamed files are kept, compressed; from 1 to 100
 */
record LogBounds(long fileBytes, int olderFiles) {

  /** The environment variable for {@link #fileBytes}: {@value}. */
  static final String FILE_SIZE_VARIABLE = "DISTRIFS_LOG_FILE_SIZE";

  /** The environment variable for {@link #olderFiles}: {@value}. */
  static final String OLDER_FILES_VARIABLE = "DISTRIFS_LOG_OLDER_FILES";

  private static final long MIN_FILE_BYTES = 4L << 10;
  private static final long MAX_FILE_BYTES = 1L << 30;
  private static final int MAX_OLDER_FILES = 100;
  private static final LogBounds DEFAULT = new LogBounds(16L << 20, 9);

  private static final Pattern SIZE = Pattern.compile("(\\d{1,10})([kKmMgG])");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,3}");

  /**
   * The bounds that the environment sets. The defaults are 16 MiB and 9 files.
   *
   * @throws OperatorException if a variable is malformed or out of range
   */
  static LogBounds of(Map<String, String> environment) {
    String size = environment.getOrDefault(FILE_SIZE_VARIABLE, "").strip();
    String older = environment.getOrDefault(OLDER_FILES_VARIABLE, "").strip();
    return new LogBounds(
        size.isEmpty() ? DEFAULT.fileBytes : bytes(size),
        older.isEmpty() ? DEFAULT.olderFiles : number(older));
  }

  private static long bytes(String text) {
    Matcher size = SIZE.matcher(text);
    if (size.matches()) {
      int shift =
          switch (size.group(2)) {
            case "k", "K" -> 10;
            case "m", "M" -> 20;
            default -> 30;
          };
      long bytes = Long.parseLong(size.group(1)) << shift;
      if (bytes >= MIN_FILE_BYTES && bytes <= MAX_FILE_BYTES) {
        return bytes;
      }
    }
    throw refused(FILE_SIZE_VARIABLE, text, "a whole number with k, m or g from 4k to 1g, as 16m");
  }

  private static int number(String text) {
    if (NUMBER.matcher(text).matches()) {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= MAX_OLDER_FILES) {
        return number;
      }
    }
    throw refused(OLDER_FILES_VARIABLE, text, "a whole number from 1 to " + MAX_OLDER_FILES);
  }

  private static OperatorException refused(String variable, String text, String wanted) {
    return new OperatorException(
        "The environment variable %s is '%s': set it to %s, or unset it."
            .formatted(variable, text, wanted),
        OperatorException.USAGE_EXIT_CODE);
  }
}
