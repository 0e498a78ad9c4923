package org.distrifs.runtime.clock;

import java.util.concurrent.TimeUnit;

/**
 * A clock that stands still until it is moved. For tests and the simulation; it is in this module
 * because those of every module use it. Any thread.
 */
public final class ManualClock implements ClockSource {

  private long monotonicNs;
  private long wallTimeNs;

  /** A clock at monotonic time 0 and the given wall time in nanoseconds since 1970. */
  public ManualClock(long wallTimeNs) {
    this.wallTimeNs = wallTimeNs;
  }

  /** A clock at monotonic time 0 and wall time 0. */
  public ManualClock() {
    this(0);
  }

  /**
   * Moves both clocks forward.
   *
   * @param amount 0 or more
   */
  public synchronized void advance(long amount, TimeUnit unit) {
    if (amount < 0) {
      throw new IllegalArgumentException("time moved back by " + amount + " " + unit);
    }
    long amountNs = unit.toNanos(amount);
    monotonicNs = Math.addExact(monotonicNs, amountNs);
    wallTimeNs = Math.addExact(wallTimeNs, amountNs);
  }

  @Override
  public synchronized long monotonicNs() {
    return monotonicNs;
  }

  @Override
  public synchronized long wallTimeNs() {
    return wallTimeNs;
  }
}
