package org.distrifs.master.state;

import java.util.List;
import java.util.Optional;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.master.session.SessionInfo;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.journal.JournalEntry;

/**
 * All that the journal says: namespace, chunk map, sessions and nodes. The same entries in the same
 * order give the same state and the same answers.
 *
 * <p>A plain object for one thread. Nothing blocks.
 */
public final class MasterState {

  /** Applies an entry. Total: whatever the entry holds, the answer is an {@link Applied}. */
  public Applied apply(long txid, JournalEntry entry) {
    throw new UnsupportedOperationException();
  }

  /**
   * Answers lookup, attributes, directory, link target, chains and statistics (in which the bytes
   * are left for the service to fill in). Anything else is EINVAL.
   */
  public OperationReply read(long sessionId, Operation operation) {
    throw new UnsupportedOperationException();
  }

  /**
   * The remembered answer of a mutation that was applied already, or the refusal of one whose
   * number was passed, of an unknown session (EIO) or slot (EINVAL); empty if it may be proposed.
   */
  public Optional<Applied.Replied> remembered(long sessionId, int slot, long number) {
    throw new UnsupportedOperationException();
  }

  /** Id of the cluster; 0 before its FormatCluster was applied. */
  public long clusterId() {
    throw new UnsupportedOperationException();
  }

  /** Chunk size of new files. */
  public long chunkSizeBytes() {
    throw new UnsupportedOperationException();
  }

  /** Highest term started, 0 before the first. */
  public long term() {
    throw new UnsupportedOperationException();
  }

  /** Txid of the last entry applied, 0 before the first. */
  public long appliedTxid() {
    throw new UnsupportedOperationException();
  }

  /** The chunk of this id, with or without a file. */
  public Optional<ChunkInfo> chunk(long chunkId) {
    throw new UnsupportedOperationException();
  }

  /**
   * The next chunks in the order of their ids, to walk through all of them in steps: pass the id of
   * the last one of the answer to go on. An answer shorter than the limit is the last.
   *
   * @param afterChunkId 0 to begin
   * @param limit 1 or more
   */
  public List<ChunkInfo> chunksAfter(long afterChunkId, int limit) {
    throw new UnsupportedOperationException();
  }

  /**
   * The chunks of a file in the order of their indices, fresh ones too.
   *
   * @param fromIndex the first index that counts
   * @param limit 1 or more
   */
  public List<ChunkInfo> chunksOf(long inode, long fromIndex, int limit) {
    throw new UnsupportedOperationException();
  }

  /** The cut that a file waits for. */
  public Optional<PendingCut> pendingCut(long inode) {
    throw new UnsupportedOperationException();
  }

  /** All cuts that have to be done. */
  public List<PendingCut> pendingCuts() {
    throw new UnsupportedOperationException();
  }

  /** Ids of all chunks with a version reserved and not committed. */
  public List<Long> changingChunks() {
    throw new UnsupportedOperationException();
  }

  /** An absolute path that leads to the inode, or empty if none does or it is unknown. */
  public Optional<byte[]> pathOf(long inode) {
    throw new UnsupportedOperationException();
  }

  /** The inode at the end of an absolute path, links not followed; empty if a name is missing. */
  public Optional<Long> inodeAt(byte[] path) {
    throw new UnsupportedOperationException();
  }

  /** Open sessions in the order of their ids. */
  public List<SessionInfo> sessions() {
    throw new UnsupportedOperationException();
  }

  /** An open session. */
  public Optional<SessionInfo> session(long sessionId) {
    throw new UnsupportedOperationException();
  }

  /** All nodes that ever joined, in the order of their ids. */
  public List<NodeInfo> nodes() {
    throw new UnsupportedOperationException();
  }

  /** A node that joined. */
  public Optional<NodeInfo> node(int nodeId) {
    throw new UnsupportedOperationException();
  }

  /** How much there is. */
  public StateCounts counts() {
    throw new UnsupportedOperationException();
  }
}
