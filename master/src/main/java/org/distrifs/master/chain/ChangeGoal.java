package org.distrifs.master.chain;

import java.util.List;
import java.util.Optional;
import org.distrifs.master.chunk.PendingCut;

/**
 * What one attempt at a change is to bring about: its survivors and joiners equal under a new
 * version, and cut if a truncation asks for it.
 *
 * @param committedVersion of the chain as it is, unsigned
 * @param version reserved for this change, unsigned, above all before it
 * @param cut the truncation that this change carries out, if any
 * @param mayBeUnwritten the chunk is allocated and nobody has said that he wrote to it: there may
 *     be no replica anywhere, and nothing to cut
 * @param reconcilesAll an earlier attempt did not come to its end, and may have made some replicas
 *     equal half way: they are all reconciled, even if they look equal
 */
public record ChangeGoal(
    long chunkId,
    int committedVersion,
    int version,
    Participants who,
    Optional<PendingCut> cut,
    boolean mayBeUnwritten,
    boolean reconcilesAll) {

  public ChangeGoal {
    if (Integer.compareUnsigned(version, committedVersion) <= 0) {
      throw new IllegalArgumentException(
          "version %d for a change of chunk %d is not above the committed %d"
              .formatted(version, chunkId, committedVersion));
    }
  }

  /** The chain afterwards, head first. */
  public List<Integer> chain() {
    return who.chain();
  }
}
