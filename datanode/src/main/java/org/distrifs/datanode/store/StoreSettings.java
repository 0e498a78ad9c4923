package org.distrifs.datanode.store;

/**
 * How a store on local disks behaves.
 *
 * @param diskThreads threads that wait for the disk
 * @param maxOpenReplicas replicas kept open; each costs a descriptor, or two in the form of two
 *     files, and up to 66 KiB
 * @param reserveBytes room on the disk below which no new replica is made
 * @param cleanAfterMs rest after which a replica is made durable and marked clean
 * @param writeBackBytes written to a replica before the disk is told to begin; 0 leaves it to the
 *     kernel
 * @param trashKeepMs how long deleted replicas are kept while the disk has room
 * @param quarantineKeepMs how long replicas that a rollback lost are, likewise
 */
public record StoreSettings(
    int diskThreads,
    int maxOpenReplicas,
    long reserveBytes,
    long cleanAfterMs,
    int writeBackBytes,
    long trashKeepMs,
    long quarantineKeepMs) {

  /** For a machine with a few cores and one disk. */
  public static StoreSettings defaults() {
    return new StoreSettings(4, 512, 256L << 20, 5000, 32 << 20, 3_600_000, 30L * 24 * 3_600_000);
  }
}
