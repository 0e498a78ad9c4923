package org.distrifs.client.write;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.distrifs.client.cache.ChainCache;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.Status;

/**
 * Why a packet was not acknowledged, and what follows from it.
 *
 * @param status as the asked member answered; {@code TIMED_OUT} when no answer came
 * @param failedNodeId a member to report to the master; 0 for none
 * @param answered whether the asked member answered
 */
record ChainTrouble(Status status, int failedNodeId, boolean answered, String detail) {

  /** Of a write that the head did not acknowledge. */
  static ChainTrouble of(ChunkLocation location, ChunkAnswer answer, Throwable failure) {
    return of(location.getMembers(0).getNodeId(), answer, failure);
  }

  /** Of a request to a member. */
  static ChainTrouble of(int askedNodeId, ChunkAnswer answer, Throwable failure) {
    if (answer == null) {
      return new ChainTrouble(Status.TIMED_OUT, askedNodeId, false, failure.toString());
    }
    DataReply reply = answer.reply();
    int failedNodeId =
        switch (reply.status()) {
          case DOWNSTREAM_FAILED -> reply.failedNodeId();
          case NO_SPACE -> reply.failedNodeId() == 0 ? askedNodeId : reply.failedNodeId();
          case IO_FAILURE, CORRUPT_REPLICA, SUSPECT, NO_LEASE -> askedNodeId;
          default -> 0;
        };
    return new ChainTrouble(reply.status(), failedNodeId, true, reply.detail());
  }

  /** The master says that the chain takes no writes for now. */
  static ChainTrouble notWritable() {
    return new ChainTrouble(Status.FENCED, 0, true, "the chain takes no writes for now");
  }

  /** Whether the head did not accept the packet, and accepted one that was sent after it. */
  boolean isOvertaken() {
    return answered && status == Status.SEQUENCE_GAP;
  }

  /** Whether trying again cannot help. */
  boolean isFinal() {
    return switch (status) {
      case BAD_REQUEST, WRONG_CLUSTER, SESSION_OVER -> answered;
      default -> false;
    };
  }

  /** The same, reported of this member if of none: the members may not agree on their chain. */
  ChainTrouble blaming(int nodeId) {
    return failedNodeId == 0 ? new ChainTrouble(status, nodeId, answered, detail) : this;
  }

  /** Of two troubles of one chunk, the one to act on. */
  ChainTrouble worse(ChainTrouble other) {
    if (isFinal() != other.isFinal()) {
      return isFinal() ? this : other;
    }
    return failedNodeId == 0 && other.failedNodeId != 0 ? other : this;
  }

  /** Tells the master, which answers with the chain as it is by then. */
  CompletableFuture<Optional<ChunkLocation>> report(
      ChainCache chains, long inode, ChunkLocation location) {
    return chains.report(inode, location, failedNodeId, status);
  }

  @Override
  public String toString() {
    String who = failedNodeId == 0 ? "" : " of node " + failedNodeId;
    return status + who + (detail.isEmpty() ? "" : ": " + detail);
  }
}
