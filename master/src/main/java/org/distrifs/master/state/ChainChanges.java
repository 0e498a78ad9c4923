package org.distrifs.master.state;

import java.util.Arrays;
import java.util.List;
import org.distrifs.master.chunk.ChunkMap;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.proto.journal.ChangeCommit;
import org.distrifs.proto.journal.ChangeReserve;

/** The two journalled steps of a change of a chunk's chain. */
final class ChainChanges {

  private final FileChunks chunks;
  private final ChunkMap map;
  private final Nodes nodes;

  ChainChanges(FileChunks chunks, Nodes nodes) {
    this.chunks = chunks;
    this.map = chunks.map();
    this.nodes = nodes;
  }

  Applied reserve(ChangeReserve reserve) {
    int chunk = map.find(reserve.getChunkId());
    if (chunk == 0) {
      return noSuchChunk(reserve.getChunkId());
    }
    if (Integer.compareUnsigned(reserve.getVersion(), map.reservedVersion(chunk)) <= 0) {
      return new Applied.Refused(
          "Version "
              + Integer.toUnsignedString(reserve.getVersion())
              + " of chunk "
              + reserve.getChunkId()
              + " was reserved before");
    }
    map.setReservedVersion(chunk, reserve.getVersion());
    chunks.changing().add(reserve.getChunkId());
    return new Applied.Accepted();
  }

  Applied commit(ChangeCommit commit) {
    int chunk = map.find(commit.getChunkId());
    if (chunk == 0) {
      return noSuchChunk(commit.getChunkId());
    }
    if (commit.getVersion() != map.reservedVersion(chunk)) {
      return new Applied.Refused(
          "The chain of chunk "
              + commit.getChunkId()
              + " changes to version "
              + Integer.toUnsignedString(map.reservedVersion(chunk))
              + ", not "
              + Integer.toUnsignedString(commit.getVersion()));
    }
    if (!nodes.canBeChain(commit.getNodeIdsList())) {
      return new Applied.Refused(
          "The nodes " + commit.getNodeIdsList() + " cannot be the chain of a chunk");
    }
    int[] members = commit.getNodeIdsList().stream().mapToInt(id -> id).toArray();
    if (commit.getVersion() == map.version(chunk)) {
      if (!Arrays.equals(members, map.members(chunk)) && !isOfUnwritten(chunk, commit)) {
        return new Applied.Refused("Chunk " + commit.getChunkId() + " has another chain already");
      }
      // A chunk that was never written to keeps its version, so that its holder can create it.
      map.setChain(chunk, commit.getVersion(), members);
      finishCut(commit);
      return new Applied.Accepted();
    }
    map.setChain(chunk, commit.getVersion(), members);
    if (commit.getLossy()) {
      map.setLossy(chunk);
    }
    chunks.changing().remove(commit.getChunkId());
    finishCut(commit);
    return new Applied.Accepted();
  }

  /**
   * Whether some of a chunk's first members are to be its chain, or others in the place of some,
   * before anybody has written it.
   */
  private boolean isOfUnwritten(int chunk, ChangeCommit commit) {
    List<Integer> before = Arrays.stream(map.members(chunk)).boxed().toList();
    return map.isFresh(chunk)
        && commit.getVersion() == ChunkMap.FIRST_VERSION
        && (commit.getUnwrittenElsewhere() || before.containsAll(commit.getNodeIdsList()));
  }

  private void finishCut(ChangeCommit commit) {
    PendingCut cut = chunks.cuts().get(commit.getInode());
    if (cut != null
        && cut.chunkId() == commit.getChunkId()
        && cut.truncateEpoch() == commit.getTruncateEpoch()) {
      chunks.cuts().remove(commit.getInode());
    }
  }

  private static Applied.Refused noSuchChunk(long id) {
    return new Applied.Refused("There is no chunk " + Long.toUnsignedString(id));
  }
}
