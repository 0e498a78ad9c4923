package org.distrifs.datanode.chain;

/** Notes since when something lasts, and when that is for too long. */
final class Patience {
  private final long boundMs;
  private boolean lasts;
  private boolean over;
  private long sinceMs;

  Patience(long boundMs) {
    this.boundMs = boundMs;
  }

  /** To be called a few times a second while it lasts, and once when it does not any more. */
  void tick(boolean lastsNow, long nowMs) {
    if (lastsNow && !lasts) {
      sinceMs = nowMs;
    }
    lasts = lastsNow;
    over = lasts && nowMs - sinceMs >= boundMs;
  }

  /** It begins anew. */
  void reset() {
    lasts = false;
    over = false;
  }

  boolean isOver() {
    return over;
  }
}
