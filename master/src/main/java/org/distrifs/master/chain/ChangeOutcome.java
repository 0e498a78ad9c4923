package org.distrifs.master.chain;

/** How a change ended. */
public sealed interface ChangeOutcome {

  /**
   * All members of the new chain have the new version, and it is journalled.
   *
   * @param lengthBytes of the replicas
   */
  record Completed(int lengthBytes) implements ChangeOutcome {}

  /**
   * There was no replica anywhere: a chunk that nobody has written to keeps its version, and needs
   * no cut.
   */
  record NothingToChange() implements ChangeOutcome {}

  /**
   * It did not come to its end; to be begun again under a higher version.
   *
   * @param culprit the node that stood in its way, 0 if none did
   * @param lacksSource no survivor has all that was acknowledged, as far as is known: whoever was
   *     to leave may have it, and has to take part
   */
  record Failed(String why, int culprit, boolean lacksSource) implements ChangeOutcome {}
}
