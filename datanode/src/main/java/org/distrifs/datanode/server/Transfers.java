package org.distrifs.datanode.server;

import java.util.HashMap;
import java.util.Map;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.runtime.bounded.BoundedMap;

/**
 * The copies and reconciliations under way, at most one for each chunk, and from what the copies
 * were made that have not joined a chain yet. In memory only: after a restart a copy is reconciled
 * whole. Any thread.
 */
final class Transfers {

  /** Copies at once; the master asks for far fewer. */
  static final int MAX_COPIES = 8;

  /** Finished copies whose origin is remembered; one that is forgotten is reconciled whole. */
  static final int MAX_ORIGINS = 1024;

  /** What the source had when a copy of it began. */
  private record Origin(int version, long lastOrder) {}

  private final Map<Long, Transfer> running = new HashMap<>();
  private final Map<Long, Origin> origins = BoundedMap.byAge(MAX_ORIGINS);
  private int copies;

  /** Begins a copy in place of what is under way; {@code null} if too many are. */
  synchronized Transfer beginCopy(long chunkId) {
    if (copies >= MAX_COPIES) {
      return null;
    }
    copies++;
    return begin(chunkId);
  }

  /** Begins a reconciliation in place of what is under way. */
  synchronized Transfer beginReconciliation(long chunkId) {
    return begin(chunkId);
  }

  private Transfer begin(long chunkId) {
    forget(chunkId);
    Transfer transfer = new Transfer();
    running.put(chunkId, transfer);
    return transfer;
  }

  synchronized boolean isUnderWay(long chunkId) {
    return running.containsKey(chunkId);
  }

  /** Stops what is under way. What a finished copy was made from stays known. */
  synchronized void stop(long chunkId) {
    Transfer transfer = running.remove(chunkId);
    if (transfer != null) {
      transfer.stop();
    }
  }

  /** Stops what is under way, and forgets what the replica is a copy of. */
  synchronized void forget(long chunkId) {
    stop(chunkId);
    origins.remove(chunkId);
  }

  /**
   * A copy has all that the source had in this state, unless it was stopped.
   *
   * @param source the source's state when the copy began
   */
  synchronized void copied(long chunkId, Transfer transfer, DataReply source) {
    if (running.get(chunkId) == transfer) {
      origins.put(chunkId, new Origin(source.version(), source.lastOrder()));
    }
  }

  synchronized void copyEnded(long chunkId, Transfer transfer) {
    copies--;
    running.remove(chunkId, transfer);
  }

  synchronized void reconciliationEnded(long chunkId, Transfer transfer) {
    running.remove(chunkId, transfer);
  }

  /**
   * The state of a replica as it is told: one that has joined no chain tells version and last order
   * of what it is a copy of.
   */
  synchronized ReplicaState describe(ReplicaState state) {
    Origin origin = state.version() == 0 ? origins.get(state.chunkId()) : null;
    return origin == null ? state : state.of(origin.version(), origin.lastOrder());
  }
}
