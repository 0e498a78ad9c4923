package org.distrifs.runtime.clock;

import java.time.Instant;

/** The clocks of the machine. */
public final class SystemClock implements ClockSource {

  private static final long NS_PER_SECOND = 1_000_000_000L;

  @Override
  public long monotonicNs() {
    return System.nanoTime();
  }

  @Override
  public long wallTimeNs() {
    Instant now = Instant.now();
    return now.getEpochSecond() * NS_PER_SECOND + now.getNano();
  }
}
