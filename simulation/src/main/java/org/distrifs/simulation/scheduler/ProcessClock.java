package org.distrifs.simulation.scheduler;

import org.distrifs.runtime.clock.ClockSource;

/** The clock of one process. It shows simulated time, counted from a zero of its own. */
public final class ProcessClock implements ClockSource {

  /** 2025-01-01T00:00:00Z. */
  private static final long WALL_START_NS = 1_735_689_600_000_000_000L;

  private final Scheduler scheduler;
  private final long originNs;

  /**
   * @param originNs added to all monotonic times, since no two machines share a zero
   */
  public ProcessClock(Scheduler scheduler, long originNs) {
    this.scheduler = scheduler;
    this.originNs = originNs;
  }

  @Override
  public long monotonicNs() {
    return originNs + scheduler.nowNs();
  }

  @Override
  public long wallTimeNs() {
    return WALL_START_NS + scheduler.nowNs();
  }
}
