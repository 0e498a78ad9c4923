package org.distrifs.client.file;

import java.util.TreeMap;

/**
 * Files without a name that were asked for and are not open here yet. When the master asks who
 * holds one, it may mean one that this process is about to hear of; so until then everything counts
 * as held that can be such a one: inodes are numbered upwards. Thread-safe.
 */
final class UnnamedFiles {
  private long highestOpened;

  /** How many are being asked for, by what was the highest inode opened when it began. */
  private final TreeMap<Long, Integer> asked = new TreeMap<>();

  /** One is about to be asked for; answers what {@link #ended} wants. */
  synchronized long begins() {
    asked.merge(highestOpened, 1, Integer::sum);
    return highestOpened;
  }

  /** It is open, or there is none. */
  synchronized void ended(long begun) {
    asked.compute(begun, (any, count) -> count == 1 ? null : count - 1);
  }

  synchronized void opened(long inode) {
    highestOpened = Math.max(highestOpened, inode);
  }

  /** Whether an inode may be one that was asked for. */
  synchronized boolean mayBe(long inode) {
    return !asked.isEmpty() && inode > asked.firstKey();
  }
}
