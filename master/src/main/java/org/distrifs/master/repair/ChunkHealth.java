package org.distrifs.master.repair;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.Liveness;
import org.distrifs.master.liveness.ReplicaCondition;

/**
 * How the members of a chunk's chain are.
 *
 * @param good alive, with a replica that was reported and serves
 * @param unknown not heard since this master started, or alive and not through with its report
 * @param unequal alive, with a replica that has to be reconciled with a good one
 * @param missing alive, and without a replica
 * @param away not heard, but not yet lost
 * @param lost away for so long that its replica counts as lost
 * @param leftOut no members any more, since they are away, but not yet lost: most of what they hold
 *     may still be right, and it is waited for before another copy is made
 */
record ChunkHealth(
    List<Integer> good,
    List<Integer> unknown,
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
            new ArrayList<>(),
            new ArrayList<>());
    for (int node : chunk.members()) {
      health.listOf(registry.condition(node, chunk)).add(node);
    }
    for (Datanode node : registry.nodes()) {
      boolean mayReturn = node.liveness() == Liveness.SILENT || node.liveness() == Liveness.UNKNOWN;
      if (mayReturn && !chunk.members().contains(node.id()) && node.replica(chunk.id()) != null) {
        health.leftOut().add(node.id());
      }
    }
    return health;
  }

  private List<Integer> listOf(ReplicaCondition condition) {
    return switch (condition) {
      case GOOD -> good;
      case UNKNOWN -> unknown;
      case AHEAD, STALE, SUSPECT, CORRUPT -> unequal;
      case MISSING -> missing;
      case AWAY -> away;
      case LOST -> lost;
    };
  }

  /** Whether something of it may still come to light: a report, or a node that is away. */
  boolean isOpen() {
    return !unknown.isEmpty() || !away.isEmpty() || !leftOut.isEmpty();
  }

  /** Members that hold a good replica, or will when they have reported, are compared or back. */
  int standing() {
    return good.size() + unknown.size() + unequal.size() + away.size() + leftOut.size();
  }
}
