package org.distrifs.datanode.store;

import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.lifecycle.SteppingAside;

/**
 * Decides which syncs are done by the thread that received them, aside of the sockets that it
 * serves: those of a disk that is not slow, when they do not come from several callers at once.
 * Sockets wait meanwhile, and so would the next sync, which a disk thread could do at the same
 * time. Disk threads do all syncs for a while after one that took longer than {@value #SLOW_MS} ms,
 * {@value #PAUSE_FACTOR} times as long as it took, so that such syncs keep the thread for no more
 * than a twentieth of the time; and for {@value #PAUSE_MS} ms after one that must have waited for
 * the one before it. Any thread.
 */
final class ShortSyncs {
  static final int SLOW_MS = 5;
  static final int PAUSE_FACTOR = 20;
  static final int PAUSE_MS = 1000;

  /** Who is told of a sync and asks for the next one needs longer than that. */
  static final int WAITED_US = 150;

  private final ClockSource clock;
  private volatile SteppingAside threads = SteppingAside.NEVER;

  /** No sync is done aside until then; on the clock. */
  private volatile long pausedUntilNs;

  /** When the last sync that was done aside ended; on the clock. */
  private volatile long endedNs;

  ShortSyncs(ClockSource clock) {
    this.clock = clock;
    this.pausedUntilNs = clock.monotonicNs();
    this.endedNs = pausedUntilNs - TimeUnit.MICROSECONDS.toNanos(WAITED_US);
  }

  void runOn(SteppingAside newThreads) {
    threads = newThreads;
  }

  /**
   * Has the calling thread sync, aside of its sockets.
   *
   * @return false, and nothing is done, if a disk thread is to sync
   */
  boolean tryAside(Runnable sync) {
    long nowNs = clock.monotonicNs();
    if (nowNs - pausedUntilNs < 0) {
      return false;
    }
    if (nowNs - endedNs < TimeUnit.MICROSECONDS.toNanos(WAITED_US)) {
      pausedUntilNs = nowNs + TimeUnit.MILLISECONDS.toNanos(PAUSE_MS);
      return false;
    }
    return threads.stepAside(() -> runTimed(sync));
  }

  private void runTimed(Runnable sync) {
    long beganNs = clock.monotonicNs();
    sync.run();
    long nowNs = clock.monotonicNs();
    endedNs = nowNs;
    long tookNs = nowNs - beganNs;
    if (tookNs > TimeUnit.MILLISECONDS.toNanos(SLOW_MS)) {
      pausedUntilNs = nowNs + PAUSE_FACTOR * tookNs;
    }
  }
}
