package org.distrifs.master.placement;

import java.util.Collection;

/** Seam: chooses the chain of a new chunk. Called on the thread that owns the master's state. */
public interface PlacementPolicy {

  /**
   * Chooses.
   *
   * @param alive the datanodes to choose from, each once
   */
  Placement choose(Collection<PlacementNode> alive);
}
