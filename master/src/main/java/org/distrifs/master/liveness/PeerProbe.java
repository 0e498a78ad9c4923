package org.distrifs.master.liveness;

import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.connection.PeerAddress;

/** Seam: asks a datanode's data port whether a certain incarnation of its process is there. */
public interface PeerProbe {

  /** What was found. */
  enum Finding {
    /** That incarnation of the process answered. */
    PRESENT,
    /** Nobody listens there, or another incarnation of the process does: the one meant is gone. */
    GONE,
    /** No answer in time: nothing is known. */
    NO_ANSWER
  }

  /**
   * Asks.
   *
   * @param timeoutMs bound of the whole exchange
   * @return completes on any thread, never exceptionally
   */
  CompletableFuture<Finding> probe(PeerAddress peer, long incarnation, int timeoutMs);
}
