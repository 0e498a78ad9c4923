package org.distrifs.datanode.chain;

/** Measures how long a condition lasts, and tells when that is longer than a bound. */
final class OverdueTimer {
  private final long boundMs;
  private boolean lasts;
  private boolean overdue;
  private long sinceMs;

  OverdueTimer(long boundMs) {
    this.boundMs = boundMs;
  }

  /** To be called a few times a second while the condition holds, and once when it has ended. */
  void tick(boolean lastsNow, long nowMs) {
    if (lastsNow && !lasts) {
      sinceMs = nowMs;
    }
    lasts = lastsNow;
    overdue = lasts && nowMs - sinceMs >= boundMs;
  }

  /** Starts from zero. */
  void reset() {
    lasts = false;
    overdue = false;
  }

  boolean isOverdue() {
    return overdue;
  }
}
