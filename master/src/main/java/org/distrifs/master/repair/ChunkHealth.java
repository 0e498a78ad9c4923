package org.distrifs.master.repair;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.NodeLife;

/**
 * How the members of a chunk's chain are.
 *
 * @param good alive, with a replica that serves
 * @param unequal alive, with a replica that has to be compared with a good one
 * @param missing alive, and without a replica
 * @param away not heard, but not yet lost
 * @param lost away for so long that its replica counts as lost
 */
record ChunkHealth(
    List<Integer> good,
    List<Integer> unequal,
    List<Integer> missing,
    List<Integer> away,
    List<Integer> lost) {

  static ChunkHealth of(ChunkInfo chunk, DatanodeRegistry registry) {
    ChunkHealth health =
        new ChunkHealth(
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    chunk.members().forEach(node -> health.placeOf(node, chunk, registry).add(node));
    return health;
  }

  private List<Integer> placeOf(int id, ChunkInfo chunk, DatanodeRegistry registry) {
    Datanode node = registry.find(id);
    if (node == null || node.life() == NodeLife.DEAD) {
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
    return good.size() + unequal.size() + away.size();
  }
}
