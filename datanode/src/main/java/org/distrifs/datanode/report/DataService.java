package org.distrifs.datanode.report;

import java.util.Collection;
import java.util.List;

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

  /** Moves a replica to the trash if it has this version and nothing is going on with it. */
  void discard(long chunkId, int version);
}
