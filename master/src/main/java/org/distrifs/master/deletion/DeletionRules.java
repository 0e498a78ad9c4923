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

  /** Where a replica may go. */
  enum Verdict {
    STAYS,
    /** For good, after a while in the trash. */
    TO_TRASH,
    /** To be kept for the operator: it is, or may be, of what a rollback lost. */
    TO_QUARANTINE
  }

  /** What may become of the replica of a chunk that a node reported. */
  Verdict verdict(Datanode holder, long chunkId, Replica replica) {
    if (!holder.isAlive() || !holder.hasReported()) {
      return Verdict.STAYS;
    }
    if (chunkId <= 0 || chunkId >= facts.nextChunkId()) {
      // This master never gave that id out: its journal may be the one that is behind.
      return Verdict.STAYS;
    }
    if (facts.isLost(chunkId)) {
      return Verdict.TO_QUARANTINE;
    }
    Optional<ChunkInfo> chunk = facts.chunk(chunkId);
    if (chunk.isEmpty() || chunk.get().isDetached()) {
      return facts.revocationsAreInForce() ? Verdict.TO_TRASH : Verdict.STAYS;
    }
    if (!isSurplus(holder, chunk.get(), replica)) {
      return Verdict.STAYS;
    }
    boolean mayBeNewer =
        replica.version() != 0
            && Integer.compareUnsigned(replica.version(), facts.versionFloor(chunkId)) < 0;
    return mayBeNewer ? Verdict.TO_QUARANTINE : Verdict.TO_TRASH;
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
