package org.distrifs.datanode.chain;

import java.util.List;
import java.util.function.Supplier;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.proto.connection.NodeIdentity;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/**
 * The state of this node's replica in the chain of its chunk: its version, whether it may be
 * trusted, whether a change has fenced it. Tells which requests must be refused because of that.
 */
final class MembershipState {
  private final Supplier<NodeIdentity> self;
  private final Fence fence = new Fence();

  private boolean exists;
  private int version;
  private List<Integer> nodeIds = List.of();
  private boolean suspect;

  /** Partly reconciled: no longer the old replica, not yet equal to its source. */
  private boolean reconciling;

  /**
   * @param self asked at each request: an incarnation of this node may end before its process
   */
  MembershipState(Supplier<NodeIdentity> self) {
    this.self = self;
  }

  /** Takes over what the store has. */
  void take(ReplicaState state) {
    exists = true;
    reconciling = false;
    version = state.version();
    nodeIds = state.nodeIds();
    suspect = state.suspect();
  }

  /** A write that may make the replica was accepted. */
  void take(DataRequest.Write write) {
    if (!exists) {
      exists = true;
      version = write.version();
      nodeIds = write.chain().stream().map(ChainHop::nodeId).toList();
    }
  }

  /** From now on the replica is a copy that belongs to no chain. */
  void join(int committed) {
    exists = true;
    version = 0;
    nodeIds = List.of();
    suspect = false;
    fence.lower(committed);
  }

  int version() {
    return version;
  }

  boolean isFenced() {
    return fence.isUp();
  }

  /** Whether it is fenced and to get an INSTALL; one that is leaving gets none. */
  boolean awaitsInstall() {
    return fence.isUp() && !fence.stopsReads();
  }

  /** Fences, or tells why not. */
  DataReply fence(int newVersion, boolean stopReads) {
    return exists ? fence.raise(newVersion, stopReads, version) : noSuchChunk();
  }

  /** The present version was installed: its fence is over. */
  void lowerFence() {
    fence.lower(version);
  }

  boolean isInstalled(DataRequest.Install install) {
    return exists && install.newVersion() == version && install.nodeIds().equals(nodeIds);
  }

  // --- reasons to refuse a request; null for none

  DataReply refusalOfWrite(DataRequest.Write write) {
    DataReply malformed = WriteChecks.refusalOf(write, self.get());
    if (malformed != null) {
      return malformed;
    }
    if (!exists) {
      return write.create() && write.version() == 1 ? null : noSuchChunk();
    }
    if (version == 0) {
      return joinsNoChain();
    }
    if (fence.isUp()) {
      return DataReply.failure(Status.FENCED, this + " is fenced for a change");
    }
    if (write.version() != version || !WriteChecks.isOfMembers(write, nodeIds)) {
      return DataReply.failure(
          Status.STALE_VERSION, this + " is in version " + version + " " + nodeIds);
    }
    return refusalOfSuspect();
  }

  /**
   * The reconciliation with another member begins: this replica gets writes that nobody has
   * acknowledged and that other members may lack. A reader who saw them here could miss them there,
   * so nothing is read here until the INSTALL.
   */
  void beginReconciliation() {
    reconciling = true;
  }

  /** See {@link ChainMember#refusalOfRead}. */
  DataReply refusalOfRead(int askedVersion, boolean reconcile) {
    if (!exists) {
      return noSuchChunk();
    }
    if (version == 0) {
      return joinsNoChain();
    }
    if (reconcile) {
      return refusalUnlessFenced(askedVersion);
    }
    if (fence.stopsReads()) {
      return DataReply.failure(Status.FENCED, this + " is leaving the chain");
    }
    if (reconciling) {
      return DataReply.failure(Status.FENCED, this + " is being reconciled with another member");
    }
    if (askedVersion != version) {
      return DataReply.failure(Status.STALE_VERSION, this + " is in version " + version);
    }
    return refusalOfSuspect();
  }

  DataReply refusalUnlessFenced(int newVersion) {
    return exists ? fence.refusalUnlessUnder(newVersion) : noSuchChunk();
  }

  DataReply refusalOfInstall(DataRequest.Install install) {
    DataReply refusal = refusalUnlessFenced(install.newVersion());
    if (refusal == null && !install.nodeIds().contains(self.get().nodeId())) {
      refusal = DataReply.failure(Status.BAD_REQUEST, this + " is not in " + install.nodeIds());
    }
    return refusal;
  }

  /** See {@link ChainMember#refusalOfJoining}. */
  DataReply refusalOfJoining(int committed) {
    if (exists && Integer.compareUnsigned(version, committed) >= 0) {
      return DataReply.failure(
          Status.SUPERSEDED,
          "the replica is in version "
              + Integer.toUnsignedString(version)
              + ", not below "
              + Integer.toUnsignedString(committed));
    }
    return fence.refusalIfAbove(committed);
  }

  /**
   * See {@link ChainMember#refusalOfDiscarding}.
   *
   * @param isFencedForLong the INSTALL is overdue
   */
  DataReply refusalOfDiscarding(int namedVersion, boolean isFencedForLong) {
    if (!exists) {
      return noSuchChunk();
    }
    if (namedVersion != version) {
      return DataReply.failure(
          Status.STALE_VERSION, "it is in version " + Integer.toUnsignedString(version));
    }
    return awaitsInstall() && !isFencedForLong
        ? DataReply.failure(Status.FENCED, "it is fenced for a change")
        : null;
  }

  private DataReply refusalOfSuspect() {
    return suspect
        ? DataReply.failure(
            Status.SUSPECT, "the replica on " + this + " has not been reconciled yet")
        : null;
  }

  private DataReply noSuchChunk() {
    return DataReply.failure(Status.NO_SUCH_CHUNK, this + " has no such chunk");
  }

  private DataReply joinsNoChain() {
    return DataReply.failure(
        Status.STALE_VERSION, "the replica on " + this + " has joined no chain yet");
  }

  @Override
  public String toString() {
    return "node " + self.get().nodeId();
  }
}
