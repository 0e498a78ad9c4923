package org.distrifs.cli.background;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.distrifs.runtime.lifecycle.OperatorException;

/** Waits, with a bound, for a condition that other processes bring about. */
public final class Await {

  private static final long POLL_MS = 50;

  private Await() {}

  /** Whether the condition came true within the bound. It is asked at least once. */
  public static boolean until(Duration bound, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + bound.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadlineNs >= 0) {
        return false;
      }
      pause();
    }
    return true;
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OperatorException("Interrupted while waiting.", e);
    }
  }
}
