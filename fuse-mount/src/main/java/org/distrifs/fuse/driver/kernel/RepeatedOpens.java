package org.distrifs.fuse.driver.kernel;

import java.util.Map;
import org.distrifs.runtime.bounded.BoundedMap;

/**
 * Threads whose {@code open(2)} the kernel tries again, because the file that it believed to have
 * the name had lost it: it looks up each name of the path anew, and opens what the last one led to.
 * It does so once. When that file has lost its name too by then, it has to be opened nevertheless:
 * it had the name while the call went on, as if a local disk had answered. Thread-safe.
 */
final class RepeatedOpens {
  /** Those who never came back are forgotten, the oldest first. */
  private static final int MAX_THREADS = 1_024;

  private static final long NOT_LOOKED_UP = 0;

  private final Map<Integer, Long> lookedUp = BoundedMap.byAge(MAX_THREADS);

  /**
   * What a thread wanted to open has no name.
   *
   * @param thread as the kernel names it; of 0, which is many, nothing is remembered
   */
  synchronized void begin(int thread) {
    if (thread != 0) {
      lookedUp.put(thread, NOT_LOOKED_UP);
    }
  }

  /** Whether what a thread looks up has to be what the master sees at this moment. */
  synchronized boolean isUnderWay(int thread) {
    return lookedUp.containsKey(thread);
  }

  /** What a thread looked up, if it is one of these. */
  synchronized void found(int thread, long inode) {
    lookedUp.replace(thread, inode);
  }

  /** Ends it, when a thread opens something or looked up a name that is not there. */
  synchronized boolean end(int thread, long inode) {
    Long last = lookedUp.remove(thread);
    return last != null && last == inode;
  }
}
