package org.distrifs.cli.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Identifies a process. The kernel gives a pid to a later process again, but not with the same
 * start time in the same boot of the machine.
 *
 * @param startTicks field 22 of {@code /proc/PID/stat} (proc(5)): clock ticks since the boot
 */
record ProcessIdentity(long pid, long startTicks, String bootId) {

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** The index among the fields behind the program's name, from 0. */
  private static final int STATE_FIELD = 0;

  private static final int START_FIELD = 19;

  /** The process that has this pid now; empty if there is none, or it is a zombie. */
  static Optional<ProcessIdentity> ofRunning(long pid) throws IOException {
    String stat;
    try {
      stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      // The kernel answers ESRCH when the process ends between the opening and the reading.
      if (ProcessHandle.of(pid).isEmpty()) {
        return Optional.empty();
      }
      throw e;
    }
    // The name stands in parentheses and may contain anything, also parentheses.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    boolean ended = fields[STATE_FIELD].equals("Z") || fields[STATE_FIELD].equals("X");
    return ended
        ? Optional.empty()
        : Optional.of(
            new ProcessIdentity(pid, Long.parseLong(fields[START_FIELD]), currentBootId()));
  }

  /**
   * The identity of a process that ended before its start time could be read. No running process
   * has it.
   */
  static ProcessIdentity ofEnded(long pid) {
    return new ProcessIdentity(pid, -1, "ended");
  }

  /** What {@link #toText} wrote; empty if it is not of this form. */
  static Optional<ProcessIdentity> ofText(String text) {
    String[] words = text.strip().split(" ", -1);
    if (words.length != 3 || !isNumber(words[0]) || !isNumber(words[1])) {
      return Optional.empty();
    }
    return Optional.of(
        new ProcessIdentity(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2]));
  }

  /** One line: pid, start, boot. */
  String toText() {
    return pid + " " + startTicks + " " + bootId + "\n";
  }

  boolean isRunning() throws IOException {
    return ofRunning(pid).filter(this::equals).isPresent();
  }

  private static boolean isNumber(String word) {
    return word.matches("[0-9]{1,18}");
  }

  private static String currentBootId() throws IOException {
    return Files.readString(BOOT_ID).strip();
  }
}
