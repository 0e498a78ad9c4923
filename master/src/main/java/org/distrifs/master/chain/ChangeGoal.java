package org.distrifs.master.chain;

import java.util.List;
import java.util.Optional;
import org.distrifs.master.chunk.PendingCut;

/**
 * What a change is to bring about: all members equal under a new version, and cut if a truncation
 * asks for it.
 *
 * @param committedVersion of the chain as it is, unsigned
 * @param version reserved for this change, unsigned, above all before it
 * @param members node ids, head first; they stay as they are
 * @param cut the truncation that this change carries out, if any
 * @param mayBeUnwritten the chunk is allocated and nobody has said that he wrote to it: there may
 *     be no replica anywhere, and nothing to cut
 */
public record ChangeGoal(
    long chunkId,
    int committedVersion,
    int version,
    List<Integer> members,
    Optional<PendingCut> cut,
    boolean mayBeUnwritten) {

  public ChangeGoal {
    members = List.copyOf(members);
    if (members.isEmpty()) {
      throw new IllegalArgumentException("chunk " + chunkId + " has a chain without members");
    }
    if (Integer.compareUnsigned(version, committedVersion) <= 0) {
      throw new IllegalArgumentException(
          "version %d for a change of chunk %d is not above the committed %d"
              .formatted(version, chunkId, committedVersion));
    }
  }
}
