package org.distrifs.master.service;

import java.util.List;
import java.util.function.LongSupplier;
import org.distrifs.master.state.JournalHistory;
import org.distrifs.proto.id.JournalPosition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this master may answer at all. It may not once a peer has seen more of the journal than
 * it holds: then its folder is an old copy, and to go on would give ids twice and forget what was
 * acknowledged. Belongs to the master's loop; the reason is readable on any.
 */
final class ServingState {

  private static final Logger LOG = LoggerFactory.getLogger(ServingState.class);

  private final LongSupplier durableTxid;
  private final JournalHistory history;
  private volatile String reason = "the master is starting";

  /** Asked by peers that have seen more; null unless the operator accepts that. */
  private RollbackAcceptance acceptance;

  ServingState(LongSupplier durableTxid, JournalHistory history) {
    this.durableTxid = durableTxid;
    this.history = history;
  }

  /** From now on peers that have seen more are asked how much, rather than a reason to stop. */
  void accept(RollbackAcceptance rollback) {
    acceptance = rollback;
    reason = rollback.reason();
  }

  void started() {
    acceptance = null;
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

  /** As {@link #peerSaw}, of a datanode that this cluster knows, or may have known. */
  boolean nodeSaw(JournalPosition heard, int nodeId) {
    boolean holds = peerSaw(heard, "datanode " + nodeId);
    if (acceptance != null) {
      acceptance.nodeTold(nodeId);
    }
    return holds;
  }

  /**
   * A peer of this cluster tells up to where it was told that the journal is durable.
   *
   * @return whether this master has that
   */
  boolean peerSaw(JournalPosition heard, String peer) {
    long held = durableTxid.getAsLong();
    boolean holds = history.holds(heard, held);
    if (acceptance != null) {
      acceptance.told(heard, holds, peer);
    } else if (!holds && isServing()) {
      reason =
          "this master's journal is an older copy: it ends at txid %d, and %s has seen txid %d, which is not in it. Stop the master and put the newest journal in place; or, if there is none, start it with --accept-rollback, which gives up what was done since the copy was made"
              .formatted(held, peer, heard.txid());
      LOG.error("Nothing is served any more: {}", reason);
    }
    return holds;
  }
}
