package org.distrifs.master.repair;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.Replica;

/**
 * A later chain of a chunk than the committed one, of which a rollback has lost the commit. It is
 * of use when no member of the committed chain has a replica any more.
 *
 * @param version of the replicas, unsigned
 * @param holders datanodes that have one in that version and are alive
 */
record LostChain(int version, List<Integer> holders) {

  /**
   * The latest of them. Its replicas have all that was acknowledged of the chunk when the copy of
   * the journal was made. Empty while a member of the committed chain has a replica, or may.
   */
  static Optional<LostChain> find(
      ChunkInfo chunk, ChunkHealth health, Collection<Datanode> datanodes) {
    if (health.lost().size() + health.missing().size() < chunk.members().size()) {
      return Optional.empty();
    }
    List<Integer> holders = new ArrayList<>();
    int highest = chunk.version();
    for (Datanode node : datanodes) {
      Replica replica = node.isAlive() ? node.replica(chunk.id()) : null;
      if (replica == null || !replica.isAheadOf(chunk)) {
        continue;
      }
      int order = Integer.compareUnsigned(replica.version(), highest);
      if (order > 0) {
        holders.clear();
        highest = replica.version();
      }
      if (order >= 0) {
        holders.add(node.id());
      }
    }
    return holders.isEmpty() ? Optional.empty() : Optional.of(new LostChain(highest, holders));
  }
}
