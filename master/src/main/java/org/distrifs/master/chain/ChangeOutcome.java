package org.distrifs.master.chain;

/** How a change ended. */
public sealed interface ChangeOutcome {

  /**
   * All members have the new version, and it is journalled.
   *
   * @param lengthBytes of the replicas
   */
  record Completed(int lengthBytes) implements ChangeOutcome {}

  /** There was no replica anywhere: a chunk that nobody has written to needs no cut. */
  record NothingToChange() implements ChangeOutcome {}

  /** It did not come to its end; to be begun again under a higher version. */
  record Failed(String why) implements ChangeOutcome {}
}
