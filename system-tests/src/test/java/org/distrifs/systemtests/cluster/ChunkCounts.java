package org.distrifs.systemtests.cluster;

import org.distrifs.proto.control.StatusReply;

/** What a status says of the chunks. */
public final class ChunkCounts {

  private ChunkCounts() {}

  /** Chunks of which not every replica is known to be good, for whatever reason. */
  public static long notFull(StatusReply status) {
    return status.getChunksUnknown()
        + status.getChunksWaiting()
        + status.getChunksRepairing()
        + toBeActedOn(status);
  }

  /** Chunks that an operator is told to do something about. */
  public static long toBeActedOn(StatusReply status) {
    return status.getChunksShort() + status.getChunksLost();
  }
}
