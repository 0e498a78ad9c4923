package org.distrifs.systemtests.cluster;

import org.distrifs.proto.control.StatusReply;

/** Sums of the numbers of chunks in a status. */
public final class ChunkCounts {

  private ChunkCounts() {}

  /** How many chunks are not known to have all their replicas good. */
  public static long notFull(StatusReply status) {
    return status.getChunksUnknown()
        + status.getChunksWaiting()
        + status.getChunksRepairing()
        + toBeActedOn(status);
  }

  /** How many chunks an operator must act on. */
  public static long toBeActedOn(StatusReply status) {
    return status.getChunksShort() + status.getChunksLost();
  }
}
