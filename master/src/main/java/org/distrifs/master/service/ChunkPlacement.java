package org.distrifs.master.service;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.placement.Placement;
import org.distrifs.master.placement.PlacementNode;
import org.distrifs.master.placement.PlacementPolicy;
import org.distrifs.proto.error.Errno;

/** Asks the placement policy with the datanodes that are alive now. */
final class ChunkPlacement {

  private final DatanodeRegistry registry;
  private final PlacementPolicy policy;
  private final int replication;
  private final long nodesReturnUntilNs;

  /**
   * @param nodesReturnUntilNs monotonic time until when datanodes may still be coming back after
   *     this master's start: no chain is made shorter before
   */
  ChunkPlacement(
      DatanodeRegistry registry, PlacementPolicy policy, int replication, long nodesReturnUntilNs) {
    this.registry = registry;
    this.policy = policy;
    this.replication = replication;
    this.nodesReturnUntilNs = nodesReturnUntilNs;
  }

  /**
   * Chooses a chain.
   *
   * @param chunkBytes that the chunk may grow to
   */
  Placement place(long chunkBytes, long nowNs) {
    List<PlacementNode> alive = alive();
    if (alive.size() < replication && nowNs - nodesReturnUntilNs < 0) {
      return new Placement.Refused(
          Errno.EAGAIN,
          "the master has just started, and %d of %d datanodes for a new chunk were heard"
              .formatted(alive.size(), replication));
    }
    Placement placement = policy.choose(alive);
    if (placement instanceof Placement.Chosen chosen) {
      chosen.nodeIds().forEach(id -> registry.find(id).chunkPlaced(chunkBytes));
    }
    return placement;
  }

  /** A datanode with room that can take the place of a member that has none; empty if none can. */
  OptionalInt inPlaceOf(int fullNodeId, ChunkInfo chunk) {
    List<PlacementNode> others =
        alive().stream().filter(node -> !chunk.members().contains(node.nodeId())).toList();
    Set<String> racks = new HashSet<>();
    for (int member : chunk.members()) {
      if (member != fullNodeId) {
        racks.add(registry.find(member).rack());
      }
    }
    return policy.chooseOne(others, racks, registry.lengthOf(chunk.id()));
  }

  private List<PlacementNode> alive() {
    return registry.nodes().stream().filter(Datanode::isAlive).map(PlacementNode::of).toList();
  }
}
