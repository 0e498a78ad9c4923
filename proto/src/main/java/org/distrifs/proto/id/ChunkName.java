package org.distrifs.proto.id;

import java.util.UUID;

/**
 * The name of a chunk on disks and in messages: a UUID whose high half is the cluster id and whose
 * low half is the chunk id.
 */
public final class ChunkName {
  private ChunkName() {}

  public static UUID of(long clusterId, long chunkId) {
    return new UUID(clusterId, chunkId);
  }

  public static long clusterId(UUID name) {
    return name.getMostSignificantBits();
  }

  public static long chunkId(UUID name) {
    return name.getLeastSignificantBits();
  }
}
