package org.distrifs.fuse.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code /proc/N/stat} tells of a process ({@code proc(5)}).
 *
 * @param isZombie whether its first thread has ended
 * @param threads that have not ended, and the first
 * @param begunTicks when it began, in clock ticks since the machine did; with its id, it is the
 *     only one
 */
record ProcessStat(boolean isZombie, int threads, long begunTicks) {
  static final ProcessStat GONE = new ProcessStat(true, 0, -1);

  // Counted from the state, which follows the name in parentheses; proc(5) counts it as the third.
  private static final int STATE = 0;
  private static final int THREADS = 17;
  private static final int BEGUN = 19;

  private static final List<String> ENDED = List.of("Z", "X");

  static ProcessStat of(long process) {
    try {
      Path file = Path.of("/proc", Long.toString(process), "stat");
      return parse(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return GONE;
    }
  }

  static ProcessStat parse(String text) {
    // A name may hold blanks and parentheses.
    String[] fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" ", -1);
    return new ProcessStat(
        ENDED.contains(fields[STATE]),
        Integer.parseInt(fields[THREADS]),
        Long.parseLong(fields[BEGUN]));
  }
}
