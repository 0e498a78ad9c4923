package org.distrifs.datanode.server;

import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Until when this node may serve. It runs from the moment at which an acknowledged heartbeat was
 * sent, so that it ends here before the master takes the node for silent. Any thread.
 */
public final class NodeLease {
  private final ClockSource clock;
  private volatile boolean held;
  private volatile long untilNs;

  public NodeLease(ClockSource clock) {
    this.clock = clock;
  }

  /** A heartbeat that was sent at {@code sentNs} was acknowledged. */
  public void extend(long sentNs, long leaseMs) {
    long until = sentNs + TimeUnit.MILLISECONDS.toNanos(leaseMs);
    if (!held || until - untilNs > 0) {
      untilNs = until;
      held = true;
    }
  }

  /** Gives the lease up: the master does not know this node. */
  public void drop() {
    held = false;
  }

  public boolean isHeld() {
    return held && untilNs - clock.monotonicNs() > 0;
  }
}
