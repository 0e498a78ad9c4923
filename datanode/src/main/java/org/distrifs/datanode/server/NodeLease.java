package org.distrifs.datanode.server;

import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.ClockSource;

/**
 * The right of this node to serve, and until when. It runs from the moment at which an acknowledged
 * heartbeat was sent, so that it ends here before the master takes the node for silent. Any thread.
 */
public final class NodeLease {
  private final ClockSource clock;
  private volatile boolean held;
  private volatile long untilNs;

  /**
   * When the beat was sent that granted it last; meaningless before the first one of an
   * incarnation.
   */
  private volatile long sentNs;

  private volatile boolean granted;

  public NodeLease(ClockSource clock) {
    this.clock = clock;
  }

  /** A heartbeat that was sent at {@code beatSentNs} was acknowledged. */
  public void extend(long beatSentNs, long leaseMs) {
    if (!granted || beatSentNs - sentNs > 0) {
      sentNs = beatSentNs;
      granted = true;
    }
    long until = beatSentNs + TimeUnit.MILLISECONDS.toNanos(leaseMs);
    if (!held || until - untilNs > 0) {
      untilNs = until;
      held = true;
    }
  }

  /** Gives the lease up: the master does not know this node. */
  public void drop() {
    held = false;
    granted = false;
  }

  /** Whether the last beat that granted it was sent so long ago, or longer. */
  public boolean isOverSince(long silenceMs) {
    return granted && clock.monotonicNs() - sentNs >= TimeUnit.MILLISECONDS.toNanos(silenceMs);
  }

  public boolean isHeld() {
    return held && untilNs - clock.monotonicNs() > 0;
  }
}
