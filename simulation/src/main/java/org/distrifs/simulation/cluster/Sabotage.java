package org.distrifs.simulation.cluster;

import org.distrifs.client.write.HandleFailures;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.master.journal.ReplicatedLog;
import org.distrifs.proto.connection.ChunkRequestHandler;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.control.ClientMessage;
import org.distrifs.proto.control.HeartbeatReply;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Breaks a rule of the protocol from outside, at the seams: to prove that a run would notice. The
 * methods here break nothing.
 */
public interface Sabotage {

  /** Breaks nothing. */
  Sabotage NONE = new Sabotage() {};

  /** The asking side of a process at a host. */
  default ChunkTransport transport(String host, ChunkTransport real) {
    return real;
  }

  /** The answering side of a datanode. */
  default ChunkRequestHandler handler(String host, ChunkRequestHandler real) {
    return real;
  }

  /** The store of a datanode. */
  default ChunkStore store(String host, ChunkStore real) {
    return real;
  }

  /** The clock by which a datanode's lease ends. */
  default ClockSource leaseClock(String host, ClockSource real) {
    return real;
  }

  /** Whether a datanode that was without a lease for long begins another incarnation. */
  default boolean renewsIncarnations() {
    return true;
  }

  /** What the master answers to a heartbeat. */
  default HeartbeatReply heartbeatReply(HeartbeatReply real, ChunkStore store) {
    return real;
  }

  /** A client refused a write, to tell of an earlier failure. */
  default void writeRefused(HandleFailures failures) {}

  /** What arrives at the master of what a client says. */
  default ClientMessage clientMessage(ClientMessage real) {
    return real;
  }

  /** The journal of the master. */
  default ReplicatedLog log(ReplicatedLog real) {
    return real;
  }
}
