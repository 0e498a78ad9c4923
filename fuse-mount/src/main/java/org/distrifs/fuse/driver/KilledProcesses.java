package org.distrifs.fuse.driver;

import java.util.HashMap;
import java.util.Map;

/**
 * Processes that were found killed and may not have ended yet. A number is given to another process
 * some time after, so that each is known by the time when it began, too. Not thread-safe.
 */
final class KilledProcesses {
  /** Of more the files are closed as those of others are. */
  private static final int MAX_REMEMBERED = 1024;

  /** When each began, by its id. */
  private final Map<Long, Long> begun = new HashMap<>();

  /**
   * @param process 0 is none
   */
  void add(long process) {
    if (process != 0 && begun.size() < MAX_REMEMBERED) {
      begun.put(process, ProcessStat.of(process).begunTicks());
    }
  }

  boolean contains(long process) {
    Long known = begun.get(process);
    return known != null && known == ProcessStat.of(process).begunTicks();
  }

  boolean isEmpty() {
    return begun.isEmpty();
  }

  /** Those that have closed all of their files need not be known any more. */
  void forgetEnded() {
    begun.entrySet().removeIf(known -> hasEnded(ProcessStat.of(known.getKey()), known.getValue()));
  }

  private static boolean hasEnded(ProcessStat now, long begunTicks) {
    return now.begunTicks() != begunTicks || now.isZombie() && now.threads() <= 1;
  }
}
