package org.distrifs.fuse.driver.kernel;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.distrifs.runtime.bounded.BoundedMap;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Threads whose system call the kernel tries again, because a name that it went by had changed: it
 * walks the path once more, looks up each name of it, and asks for the same again. It does so once.
 * What it comes to then counts, even if that has lost its name too by then: it had the name while
 * the call went on, as if a local disk had answered. So does what it asked for the first time if no
 * look-up says otherwise: the path began there, or was one of {@code /proc/self/fd}. Thread-safe.
 *
 * <p>A call that ends otherwise says nothing here, so each is forgotten after {@link #MAX_MS}.
 */
final class RepeatedWalks {
  /** Those who never came back are forgotten, the oldest first. */
  private static final int MAX_THREADS = 1_024;

  /** Between an answer and what the kernel asks next lies nothing but a busy machine. */
  static final long MAX_MS = 3_000;

  private static final class Walk {
    private final Set<Long> refused;
    private final Set<Long> found = new HashSet<>();
    private long answeredNs;

    private Walk(Collection<Long> refused) {
      this.refused = new HashSet<>(refused);
    }
  }

  private final ClockSource clock;
  private final Map<Integer, Walk> byThread = BoundedMap.byAge(MAX_THREADS);

  RepeatedWalks(ClockSource clock) {
    this.clock = clock;
  }

  /**
   * What a thread asked for is refused, so that the kernel tries again.
   *
   * @param thread as the kernel names it; of 0, which is many, nothing is remembered
   * @param inodes what it came to by names that may have been old
   */
  synchronized void begin(int thread, Collection<Long> inodes) {
    if (thread != 0) {
      Walk walk = new Walk(inodes);
      walk.answeredNs = clock.monotonicNs();
      byThread.put(thread, walk);
    }
  }

  /**
   * A thread looks up a name, as it is at this moment.
   *
   * @param inode what the name leads to; 0 if it is not there
   * @param hadTheName whether the kernel may have come to an inode by this same name before
   */
  synchronized void lookedUp(int thread, long inode, LongPredicate hadTheName) {
    Walk walk = underWay(thread);
    if (walk != null) {
      walk.answeredNs = clock.monotonicNs();
      walk.refused.removeIf(refused -> refused != inode && hadTheName.test(refused));
      if (inode != 0) {
        walk.found.add(inode);
      }
    }
  }

  private Walk underWay(int thread) {
    Walk walk = byThread.get(thread);
    boolean late =
        walk != null
            && clock.monotonicNs() - walk.answeredNs > TimeUnit.MILLISECONDS.toNanos(MAX_MS);
    return late ? null : walk;
  }

  /** A thread asks for something: the inodes that count for it, whatever leads to them now. */
  synchronized Set<Long> end(int thread) {
    Walk walk = underWay(thread);
    byThread.remove(thread);
    if (walk == null) {
      return Set.of();
    }
    walk.found.addAll(walk.refused);
    return walk.found;
  }
}
