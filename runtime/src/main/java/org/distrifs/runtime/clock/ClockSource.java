package org.distrifs.runtime.clock;

/** A source of the time. Any thread; never blocks. */
public interface ClockSource {

  /**
   * Nanoseconds since an arbitrary point, never going back. Only differences have a meaning, and
   * only within one process. Compare two times by subtraction, since values may be negative and may
   * overflow.
   */
  long monotonicNs();

  /**
   * Nanoseconds since 1970-01-01T00:00:00Z without leap seconds, as exact as the platform allows
   * (microseconds or better). May jump forward and back. Fits a {@code long} until the year 2262.
   */
  long wallTimeNs();
}
