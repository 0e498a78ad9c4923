package org.distrifs.proto.id;

/**
 * The digest of what a datanode holds: the sum, modulo 2^64, of one number for each replica. A sum
 * does not depend on the order, and follows a change of one replica without a walk through all. It
 * finds what was lost on the way, not what somebody forged.
 */
public final class ReplicaDigest {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private ReplicaDigest() {}

  /**
   * The share of one replica: what a block report tells of it, but for dirty and corrupt, which
   * come and go with every write and every scrub.
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
