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
 * Breaks a rule of the protocol at an interface between the parts, to prove that a run notices it.
 * The default methods break nothing.
 */
public interface Sabotage {

  /** Breaks nothing. */
  Sabotage NONE = new Sabotage() {};

  /** Wraps the asking side of the data plane in a process. */
  default ChunkTransport transport(String host, ChunkTransport real) {
    return real;
  }

  /** Wraps the answering side of a datanode. */
  default ChunkRequestHandler handler(String host, ChunkRequestHandler real) {
    return real;
  }

  /** Wraps the store of a datanode. */
  default ChunkStore store(String host, ChunkStore real) {
    return real;
  }

  /** Wraps the clock by which a datanode's lease ends. */
  default ClockSource leaseClock(String host, ClockSource real) {
    return real;
  }

  /** Whether a datanode begins a new incarnation after it was without a lease for long. */
  default boolean renewsIncarnations() {
    return true;
  }

  /** Changes the master's answer to a heartbeat. */
  default HeartbeatReply heartbeatReply(HeartbeatReply real, ChunkStore store) {
    return real;
  }

  /** Called when a client has refused a write to report an earlier failure. */
  default void writeRefused(HandleFailures failures) {}

  /** Changes a client's message before it arrives at the master. */
  default ClientMessage clientMessage(ClientMessage real) {
    return real;
  }

  /** Wraps the journal of the master. */
  default ReplicatedLog log(ReplicatedLog real) {
    return real;
  }
}
