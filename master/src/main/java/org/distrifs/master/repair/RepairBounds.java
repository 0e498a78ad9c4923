package org.distrifs.master.repair;

/**
 * How much repair may ask of the cluster.
 *
 * @param replication members of a full chain
 * @param minReplicas fewest members of a chain
 * @param maxCopies copies at once
 * @param maxCopiesPerNode copies at once in which one datanode gives or takes
 * @param startAfterMs nothing is repaired, and nothing deleted, so long after a master's start:
 *     datanodes may still be coming back
 */
public record RepairBounds(
    int replication, int minReplicas, int maxCopies, int maxCopiesPerNode, long startAfterMs) {

  /** Of a copy: a whole chunk over a busy network. */
  static final int COPY_TIMEOUT_MS = 60_000;

  /** What a master uses unless told otherwise. */
  public static RepairBounds standard(int replication, int minReplicas) {
    return new RepairBounds(replication, minReplicas, 8, 2, 30_000);
  }
}
