package org.distrifs.master.placement;

import java.util.Collection;
import java.util.OptionalInt;
import java.util.Set;

/** Seam: chooses where replicas go. Called on the thread that owns the master's state. */
public interface PlacementPolicy {

  /**
   * Chooses.
   *
   * @param alive the datanodes to choose from, each once
   */
  Placement choose(Collection<PlacementNode> alive);

  /**
   * Chooses one more node for a chunk that has lost a replica.
   *
   * @param candidates alive nodes without a replica, each once
   * @param racks where the chunk's other replicas are
   * @param bytes that the replica has now
   * @return empty if none has space
   */
  OptionalInt chooseOne(Collection<PlacementNode> candidates, Set<String> racks, long bytes);

  /**
   * How many bytes can be written until {@link #choose} finds no chain any more, each counted once.
   */
  long writableBytes(Collection<PlacementNode> alive);
}
