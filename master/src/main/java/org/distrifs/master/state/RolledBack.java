package org.distrifs.master.state;

import java.util.List;
import org.distrifs.master.chunk.ChunkMap;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.proto.journal.ChainAdopted;
import org.distrifs.proto.journal.RollbackAccepted;

/**
 * What a rollback does to the state, so that nothing is given out a second time: every number
 * counts on from beyond what the lost entries can have used. The reasons are in {@code
 * docs/backup.md}.
 */
final class RolledBack {

  /** Ids of one kind, or changes of one inode, that an entry makes at most; it is fewer. */
  private static final long NUMBERS_PER_ENTRY = 16;

  /** Txids skipped at most; a rollback that asks for more is refused. */
  private static final long MAX_SKIPPED = 1L << 48;

  /**
   * Attempts at a change of one chunk that the lost entries can have had. They are seconds apart
   * while they fail: a million take months.
   */
  private static final int VERSIONS = 1 << 20;

  /** Datanodes that can have joined in the lost entries. */
  private static final int NODE_IDS = 64;

  private final Namespace namespace;
  private final ChunkMap map;
  private final Nodes nodes;
  private final JournalHistory history;

  RolledBack(Namespace namespace, ChunkMap map, Nodes nodes, JournalHistory history) {
    this.namespace = namespace;
    this.map = map;
    this.nodes = nodes;
    this.history = history;
  }

  Applied accept(RollbackAccepted accepted, long txid, long timeNs) {
    long skipped = accepted.getNextTxid() - txid;
    if (skipped <= 0 || skipped > MAX_SKIPPED) {
      return new Applied.Refused(
          "A rollback goes on with an entry above "
              + txid
              + " and at most "
              + MAX_SKIPPED
              + " above it, not with "
              + Long.toUnsignedString(accepted.getNextTxid()));
    }
    long numbers = skipped * NUMBERS_PER_ENTRY;
    namespace.skipNumbers(numbers);
    map.skip(numbers, VERSIONS);
    nodes.skipIds(NODE_IDS);
    history.accept(accepted, txid, timeNs);
    return new Applied.Accepted();
  }

  Applied adopt(ChainAdopted adopted) {
    int chunk = map.find(adopted.getChunkId());
    if (chunk == 0) {
      return new Applied.Refused(
          "There is no chunk " + Long.toUnsignedString(adopted.getChunkId()));
    }
    int version = adopted.getVersion();
    int floor = map.versionFloor(adopted.getChunkId());
    boolean isLost =
        Integer.compareUnsigned(version, map.version(chunk)) > 0
            && Integer.compareUnsigned(version, floor) < 0
            && Integer.compareUnsigned(map.reservedVersion(chunk), floor) < 0;
    if (!isLost) {
      return new Applied.Refused(
          "Version "
              + Integer.toUnsignedString(version)
              + " of chunk "
              + adopted.getChunkId()
              + " was not committed by the entries that a rollback lost");
    }
    List<Integer> members = adopted.getNodeIdsList();
    if (!nodes.canBeChain(members)) {
      return new Applied.Refused("The nodes " + members + " cannot be the chain of a chunk");
    }
    map.setReservedVersion(
        chunk,
        Integer.compareUnsigned(version, map.reservedVersion(chunk)) > 0
            ? version
            : map.reservedVersion(chunk));
    map.setChain(chunk, version, members.stream().mapToInt(id -> id).toArray());
    return new Applied.Accepted();
  }
}
