package org.distrifs.master.liveness;

import org.distrifs.master.chunk.ChunkInfo;

/**
 * A replica as its datanode last reported it.
 *
 * @param version of the chain that it belongs to, unsigned
 * @param lengthBytes how long it is
 * @param suspect it went through an unclean stop and serves nothing until it has been compared
 * @param corrupt a block of it does not match its checksum
 */
public record Replica(int version, int lengthBytes, boolean suspect, boolean corrupt) {

  /**
   * Whether it is in a later version than the committed one of its chunk, which no change has
   * reserved: a rollback has lost the commit.
   */
  public boolean isAheadOf(ChunkInfo chunk) {
    return !chunk.isChanging() && Integer.compareUnsigned(version, chunk.version()) > 0;
  }
}
