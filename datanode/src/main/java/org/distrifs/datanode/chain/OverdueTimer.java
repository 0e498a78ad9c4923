package org.distrifs.datanode.chain;

/** Notes since when something lasts, and when that is for too long. */
final class OverdueTimer {
  private final long boundMs;
  private boolean lasts;
  private boolean overdue;
  private long sinceMs;

  OverdueTimer(long boundMs) {
    this.boundMs = boundMs;
  }

  /** To be called a few times a second while it lasts, and once when it does not any more. */
  void tick(boolean lastsNow, long nowMs) {
    if (lastsNow && !lasts) {
      sinceMs = nowMs;
    }
    lasts = lastsNow;
    overdue = lasts && nowMs - sinceMs >= boundMs;
  }

  /** It begins anew. */
  void reset() {
    lasts = false;
    overdue = false;
  }

  boolean isOverdue() {
    return overdue;
  }
}
