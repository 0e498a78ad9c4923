package org.distrifs.runtime.clock;

/** Where a part takes the time from. May be called on any thread; never blocks. */
public interface ClockSource {

  /**
   * Nanoseconds since an arbitrary point, never going back. Only differences mean anything, and
   * only within one process; compare them by subtraction, since the value may be negative.
   */
  long monotonicNs();

  /**
   * Nanoseconds since 1970-01-01T00:00:00Z without leap seconds, as fine as the platform tells
   * (microseconds or better). May jump either way. Fits a {@code long} until the year 2262.
   */
  long wallTimeNs();
}
