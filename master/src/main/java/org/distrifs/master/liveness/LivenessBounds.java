package org.distrifs.master.liveness;

import java.util.concurrent.TimeUnit;

/**
 * The bounds that tell a late datanode from one that is away. All in milliseconds.
 *
 * @param heartbeatIntervalMs how often a datanode is to be heard
 * @param leaseMs how long a datanode may serve from the moment it sent an acknowledged heartbeat
 * @param silenceMs after this much silence a datanode is not alive any more; above {@code leaseMs},
 *     so that it serves nothing by then
 * @param deadAfterMs after this much silence its replicas count as lost
 * @param graceMs after the master's start, how long nodes that were not heard are unknown rather
 *     than away
 */
public record LivenessBounds(
    long heartbeatIntervalMs, long leaseMs, long silenceMs, long deadAfterMs, long graceMs) {

  public LivenessBounds {
    if (heartbeatIntervalMs <= 0 || leaseMs <= heartbeatIntervalMs) {
      throw new IllegalArgumentException(
          "a node lease of "
              + leaseMs
              + " ms does not outlast heartbeats every "
              + heartbeatIntervalMs
              + " ms");
    }
    if (silenceMs <= leaseMs || deadAfterMs < silenceMs) {
      throw new IllegalArgumentException(
          "silence of %d ms must be above the lease of %d ms, and at most the %d ms of a dead node"
              .formatted(silenceMs, leaseMs, deadAfterMs));
    }
  }

  /**
   * How long a beat may be overdue before the master looks for itself whether the process is there:
   * half an interval beyond the next one.
   */
  long probeAfterNs() {
    return TimeUnit.MILLISECONDS.toNanos(heartbeatIntervalMs + heartbeatIntervalMs / 2);
  }

  /** A datanode that answers no probe for so long gets no lease. */
  long heartbeatIntervalNs() {
    return TimeUnit.MILLISECONDS.toNanos(heartbeatIntervalMs);
  }

  long silenceNs() {
    return TimeUnit.MILLISECONDS.toNanos(silenceMs);
  }

  long deadAfterNs() {
    return TimeUnit.MILLISECONDS.toNanos(deadAfterMs);
  }

  long graceNs() {
    return TimeUnit.MILLISECONDS.toNanos(graceMs);
  }
}
