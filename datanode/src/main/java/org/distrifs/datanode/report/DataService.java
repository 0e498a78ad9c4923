package org.distrifs.datanode.report;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.distrifs.datanode.store.Removal;

/** What the master asks of the part of this node that serves, and hears of it. Any thread. */
public interface DataService {

  int requestsInFlight();

  /** Bytes that differed in copies and reconciliations, since the process began. */
  long bytesCopied();

  /** Chunks that have waited too long for a change of their chain, at most {@code limit}. */
  List<Long> troubledChunks(int limit);

  /**
   * Accepts no write of these sessions any more. Returns when that is in force for every write that
   * has not been accepted by then.
   */
  void revoke(Collection<Long> sessionIds);

  /**
   * Moves a replica to the trash or into quarantine, if it has this version and nothing is going on
   * with it.
   *
   * @return completes when it is gone, or is known to stay
   */
  CompletableFuture<Void> discard(long chunkId, int version, Removal removal);
}
