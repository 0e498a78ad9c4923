package org.distrifs.systemtests.cluster;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, with a bound. */
public final class Await {
  private static final long POLL_NS = 50_000_000;

  private Await() {}

  /**
   * Returns when the condition holds; fails the test when it does not within the bound.
   *
   * @param what completes the sentence "waited in vain until …"
   */
  public static void until(String what, Duration bound, Callable<Boolean> condition)
      throws Exception {
    final long deadlineNs = System.nanoTime() + bound.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError("waited in vain for " + bound + " until " + what);
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }
}
