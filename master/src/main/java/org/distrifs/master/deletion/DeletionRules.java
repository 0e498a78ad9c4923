package org.distrifs.master.deletion;

import java.util.Optional;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.Replica;

/**
 * Decides whether a replica may go. Deleting the last good one is the worst that a master can do,
 * so each "yes" has a proof, and everything that is not known is a "no".
 */
final class DeletionRules {

  private final DeletionFacts facts;
  private final DatanodeRegistry registry;
  private final int replication;

  /**
   * @param replication members of a full chain
   */
  DeletionRules(DeletionFacts facts, DatanodeRegistry registry, int replication) {
    this.facts = facts;
    this.registry = registry;
    this.replication = replication;
  }

  /** Whether the replica of a chunk that a node reported may go. */
  boolean mayGo(Datanode holder, long chunkId, Replica replica) {
    if (!holder.isAlive() || !holder.hasReported()) {
      return false;
    }
    if (chunkId <= 0 || chunkId >= facts.nextChunkId()) {
      // This master never gave that id out: its journal may be the one that is behind.
      return false;
    }
    Optional<ChunkInfo> chunk = facts.chunk(chunkId);
    if (chunk.isEmpty() || chunk.get().isDetached()) {
      return facts.revocationsAreInForce();
    }
    return isSurplus(holder, chunk.get(), replica);
  }

  private boolean isSurplus(Datanode holder, ChunkInfo chunk, Replica replica) {
    boolean isStable = !chunk.fresh() && !chunk.isChanging() && !facts.isBusy(chunk.id());
    return isStable
        && !chunk.members().contains(holder.id())
        && Integer.compareUnsigned(replica.version(), chunk.version()) <= 0
        && chunk.members().size() >= replication
        && chunk.members().stream().allMatch(member -> isProven(member, chunk));
  }

  /** Whether a member has told this master itself that it holds the committed version, whole. */
  private boolean isProven(int member, ChunkInfo chunk) {
    Datanode node = registry.find(member);
    if (node == null || !node.isAlive() || !node.hasReported()) {
      return false;
    }
    Replica replica = node.replica(chunk.id());
    return replica != null
        && replica.version() == chunk.version()
        && !registry.isSuspect(member, chunk.id())
        && !registry.isDamaged(member, chunk.id());
  }
}
