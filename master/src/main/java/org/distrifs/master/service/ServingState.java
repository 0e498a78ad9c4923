package org.distrifs.master.service;

import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this master may answer at all. It may not once a peer has seen more of the journal than
 * it holds: then its folder is an old copy, and to go on would give ids twice and forget what was
 * acknowledged. Readable on any thread.
 */
final class ServingState {

  private static final Logger LOG = LoggerFactory.getLogger(ServingState.class);

  private final LongSupplier durableTxid;
  private volatile String reason = "the master is starting";

  ServingState(LongSupplier durableTxid) {
    this.durableTxid = durableTxid;
  }

  void started() {
    reason = "";
  }

  boolean isServing() {
    return reason.isEmpty();
  }

  /** Why not, as a sentence; empty if it is. */
  String reason() {
    return reason;
  }

  List<String> problems() {
    String problem = reason;
    return problem.isEmpty() ? List.of() : List.of(problem);
  }

  /**
   * A peer of this cluster tells the highest txid that it was told to be durable.
   *
   * @return whether this master has it
   */
  boolean peerSaw(long highestDurableTxid, String peer) {
    long held = durableTxid.getAsLong();
    if (highestDurableTxid <= held) {
      return true;
    }
    if (isServing()) {
      reason =
          "this master's journal ends at txid %d, but %s has seen %d: the data folder is an older copy. Stop the master and put the newest folder in place"
              .formatted(held, peer, highestDurableTxid);
      LOG.error("Nothing is served any more: {}", reason);
    }
    return false;
  }
}
