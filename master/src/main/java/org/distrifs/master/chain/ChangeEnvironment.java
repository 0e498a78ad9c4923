package org.distrifs.master.chain;

import java.util.Optional;
import java.util.function.Consumer;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.master.state.Applied;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.journal.JournalEntry;

/**
 * What changes need of the world around them. All calls and all callbacks happen on the thread that
 * owns the master's state.
 */
public interface ChangeEnvironment {

  Optional<ChunkInfo> chunk(long chunkId);

  Optional<PendingCut> pendingCut(long inode);

  /** The next version of a chunk is at least this, unsigned: after a rollback. */
  int versionFloor(long chunkId);

  /** What is known of a datanode now. */
  ChangePlanner.Availability availability(int nodeId);

  /** Whether a replica is known to have a block that does not match its checksum. */
  boolean isDamaged(int nodeId, long chunkId);

  /** Where a datanode is; empty unless it is alive. */
  Optional<ChainHop> usable(int nodeId);

  /** The term that commands carry. */
  long term();

  long nowNs();

  /**
   * Journals an entry; {@code applied} is called once when it was applied, unless this master
   * stops.
   */
  void journal(JournalEntry.Builder entry, Consumer<Applied> applied);

  /**
   * Sends a command; exactly one of the callbacks is called, within the bound.
   *
   * @param noAnswer takes the reason
   */
  void send(
      ChainHop to,
      DataRequest command,
      int timeoutMs,
      Consumer<DataReply> answered,
      Consumer<String> noAnswer);

  /** All of the new chain have the new version and it is journalled. */
  void completed(ChangeGoal goal, int lengthBytes);
}
