package org.distrifs.master.service;

import org.distrifs.master.liveness.LivenessBounds;
import org.distrifs.master.repair.RepairBounds;

/**
 * What the master's service is told.
 *
 * @param replication members of a new chunk's chain
 * @param minReplicas fewest members of a chain
 * @param keepFreeBytes a datanode with no more than this free gets no new chunks
 * @param blockReportIntervalMs how often datanodes are to list all they hold
 * @param keepAliveIntervalMs how often clients are to be heard
 * @param sessionExpiryMs a session ends when it was not heard for this long
 * @param maxSessions sessions open at once
 * @param cutWaitMs how long a truncation may wait for its chunk to be cut
 * @param maxChanges chain changes at once
 */
public record ServiceSettings(
    int replication,
    int minReplicas,
    long keepFreeBytes,
    LivenessBounds liveness,
    long blockReportIntervalMs,
    long keepAliveIntervalMs,
    long sessionExpiryMs,
    int maxSessions,
    long cutWaitMs,
    int maxChanges,
    RepairBounds repair) {

  /** With the usual bounds of repair. */
  public ServiceSettings(
      int replication,
      int minReplicas,
      long keepFreeBytes,
      LivenessBounds liveness,
      long blockReportIntervalMs,
      long keepAliveIntervalMs,
      long sessionExpiryMs,
      int maxSessions,
      long cutWaitMs,
      int maxChanges) {
    this(
        replication,
        minReplicas,
        keepFreeBytes,
        liveness,
        blockReportIntervalMs,
        keepAliveIntervalMs,
        sessionExpiryMs,
        maxSessions,
        cutWaitMs,
        maxChanges,
        RepairBounds.standard(replication, minReplicas));
  }
}
