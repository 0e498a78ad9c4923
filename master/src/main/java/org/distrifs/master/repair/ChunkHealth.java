package org.distrifs.master.repair;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.Liveness;

/**
 * How the members of a chunk's chain are.
 *
 * @param good alive, with a replica that serves
 * @param unequal alive, with a replica that has to be reconciled with a good one
 * @param missing alive, and without a replica
 * @param away not heard, but not yet lost
 * @param lost away for so long that its replica counts as lost
 * @param leftOut no members any more, since they are away, but not yet lost: most of what they hold
 *     may still be right, and it is waited for before another copy is made
 */
record ChunkHealth(
    List<Integer> good,
    List<Integer> unequal,
    List<Integer> missing,
    List<Integer> away,
    List<Integer> lost,
    List<Integer> leftOut) {

  static ChunkHealth of(ChunkInfo chunk, DatanodeRegistry registry) {
    ChunkHealth health =
        new ChunkHealth(
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    chunk.members().forEach(node -> health.placeOf(node, chunk, registry).add(node));
    for (Datanode node : registry.nodes()) {
      boolean mayReturn = node.liveness() == Liveness.SILENT || node.liveness() == Liveness.UNKNOWN;
      if (mayReturn && !chunk.members().contains(node.id()) && node.replica(chunk.id()) != null) {
        health.leftOut().add(node.id());
      }
    }
    return health;
  }

  private List<Integer> placeOf(int id, ChunkInfo chunk, DatanodeRegistry registry) {
    Datanode node = registry.find(id);
    if (node == null || node.liveness() == Liveness.DEAD) {
      return lost;
    } else if (!node.isAlive()) {
      return away;
    } else if (registry.isGood(id, chunk.id(), chunk.version())) {
      return good;
    }
    return node.isMissing(chunk.id()) ? missing : unequal;
  }

  /** Members that hold a good replica, or will when they are back. */
  int standing() {
    return good.size() + unequal.size() + away.size() + leftOut.size();
  }
}
