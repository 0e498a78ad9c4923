package org.distrifs.master.placement;

import java.util.List;
import org.distrifs.proto.error.Errno;

/** What came of the choice. */
public sealed interface Placement {

  /**
   * The chain.
   *
   * @param nodeIds distinct, head first
   */
  record Chosen(List<Integer> nodeIds) implements Placement {}

  /**
   * There is no chain to be had now.
   *
   * @param errno {@link Errno#ENOSPC} when disks are full, {@link Errno#EAGAIN} when too few
   *     datanodes are alive
   * @param reason a sentence
   */
  record Refused(Errno errno, String reason) implements Placement {}
}
