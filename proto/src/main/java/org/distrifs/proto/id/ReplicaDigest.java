package org.distrifs.proto.id;

/**
 * The digest of the replicas of a datanode: the sum, modulo 2^64, of one number for each replica. A
 * sum does not depend on the order of the replicas, and can be updated when one replica changes,
 * without a walk through all. It detects lost reports, not forged ones.
 */
public final class ReplicaDigest {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private ReplicaDigest() {}

  /**
   * The number of one replica. It depends on what a block report tells of the replica, except dirty
   * and corrupt, which change with every write and every scrub.
   *
   * @param version 0 for a copy that has not joined a chain
   * @param lengthBytes of the replica, unsigned
   */
  public static long of(long chunkId, int version, int lengthBytes, boolean suspect) {
    long state = (long) version << Integer.SIZE | Integer.toUnsignedLong(lengthBytes);
    return mix(mix(mix(chunkId + GOLDEN) ^ state) + (suspect ? GOLDEN : 0));
  }

  /** The finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Numbers). */
  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
