package org.distrifs.datanode.server;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.connection.NodeIdentity;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.log.EventSums;

/**
 * What the server stands on.
 *
 * @param transport to the other members
 * @param identity who this node is; all zeros while it does not know yet
 * @param hopTimeoutMs how long a member may take to answer a write, for itself and for each behind
 *     it: the one in front waits longer, so that the one next to a failure names it
 * @param sums of what happens to single replicas, for the log
 */
public record ServerContext(
    ChunkStore store,
    ChunkTransport transport,
    ClockSource clock,
    Supplier<NodeIdentity> identity,
    NodeLease lease,
    TermGuard terms,
    int hopTimeoutMs,
    EventSums sums) {

  int nodeId() {
    return identity.get().nodeId();
  }

  long incarnation() {
    return identity.get().incarnation();
  }

  long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(clock.monotonicNs());
  }
}
