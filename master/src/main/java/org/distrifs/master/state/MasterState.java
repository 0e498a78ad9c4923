package org.distrifs.master.state;

import it.unimi.dsi.fastutil.longs.LongSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.chunk.ChunkMap;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.master.namespace.FileTime;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.master.session.Expiries;
import org.distrifs.master.session.Session;
import org.distrifs.master.session.SessionInfo;
import org.distrifs.master.session.Sessions;
import org.distrifs.proto.control.AcquireAppend;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.journal.FormatCluster;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.NodeForgotten;
import org.distrifs.proto.journal.RollbackAccepted;
import org.distrifs.proto.journal.SessionEnd;
import org.distrifs.proto.journal.SessionStart;
import org.distrifs.proto.journal.StartTerm;

/**
 * All that the journal says: namespace, chunk map, sessions and nodes. The same entries in the same
 * order give the same state and the same answers.
 *
 * <p>A plain object for one thread. Nothing blocks.
 */
public final class MasterState {

  /**
   * What this code can apply: a cluster of a higher level is refused. The level rises with the
   * master that takes office ({@link StartTerm}), so that entries from before are applied as they
   * were by the master that wrote them.
   */
  public static final int FEATURE_LEVEL = 4;

  /** From this level on a rename over a name leaves the name its cookie. */
  private static final int REPLACES_IN_PLACE = 3;

  /** From this level on a commit sets the attributes that it carries. */
  private static final int COMMITS_SET_ATTRIBUTES = 4;

  /** Characters of a session's client name at most. */
  public static final int MAX_CLIENT_NAME_LENGTH = 1024;

  private static final int ROOT_PERMISSIONS = 0755;

  private final Namespace namespace = new Namespace(this::orphaned, this::named);
  private final InodeResolver resolver = new InodeResolver(namespace.inodes());
  private final FileChunks chunks = new FileChunks(namespace.inodes());
  private final AccessControl access = new AccessControl(namespace);
  private final UnfinishedWrites unfinished =
      new UnfinishedWrites(namespace.inodes(), chunks, access);
  private final AllocatedBlocks blocks = new AllocatedBlocks(namespace, chunks.map());
  private final Replies replies = new Replies(namespace, chunks.map(), blocks);
  private final FileLocks locks = new FileLocks(resolver, replies);
  private final Nodes nodes = new Nodes();
  private final Sessions sessions = new Sessions();
  private final ChunkAllocation allocation =
      new ChunkAllocation(namespace.inodes(), resolver, chunks, unfinished, nodes, replies);
  private final Appends appends =
      new Appends(namespace.inodes(), resolver, unfinished.intents(), replies);
  private final FileMutations files =
      new FileMutations(namespace.inodes(), resolver, chunks, blocks, unfinished, access, replies);
  private final ClientMutations mutations =
      new ClientMutations(
          sessions,
          new NamespaceMutations(namespace, resolver, allocation, access, replies),
          files,
          new ExtendedAttributeMutations(namespace, resolver, access, replies),
          allocation,
          appends,
          chunks,
          unfinished,
          locks);
  private final ChainChanges changes = new ChainChanges(chunks, nodes);
  private final Cleanup cleanup =
      new Cleanup(namespace, chunks, unfinished.intents(), appends.leases(), locks.table());
  private final Expiries expiries = new Expiries();
  private final Reads reads = new Reads(namespace, resolver, chunks, blocks, locks, replies);

  private final JournalHistory history = new JournalHistory();
  private final RolledBack rolledBack = new RolledBack(namespace, chunks.map(), nodes, history);

  private long clusterId;
  private int featureLevel;
  private long term;
  private long appliedTxid;
  private long timeNs;

  /**
   * Applies an entry. Total: whatever the entry holds, the answer is an {@link Applied}.
   *
   * @throws IllegalStateException if the txid does not follow the last one: the caller is wrong
   */
  public Applied apply(long txid, JournalEntry entry) {
    if (txid <= appliedTxid) {
      throw new IllegalStateException("txid " + txid + " comes after " + appliedTxid);
    }
    appliedTxid = txid;
    timeNs = Math.max(timeNs, entry.getTimeNs());
    return switch (entry.getKindCase()) {
      case CLIENT -> mutations.apply(txid, timeNs, entry.getClient());
      case FORMAT_CLUSTER -> format(entry.getFormatCluster());
      case START_TERM -> start(txid, entry.getStartTerm());
      case SESSION_START -> start(entry.getSessionStart());
      case SESSION_END -> endSession(txid, entry.getSessionEnd());
      case NODE_JOIN -> nodes.join(entry.getNodeJoin());
      case CHANGE_RESERVE -> changes.reserve(entry.getChangeReserve());
      case CHANGE_COMMIT -> changes.commit(entry.getChangeCommit());
      case DURABLE_MARK -> new Applied.Accepted();
      case CHUNKS_FORGOTTEN -> cleanup.forget(entry.getChunksForgotten());
      case ORPHANS_PURGED -> cleanup.purge(entry.getOrphansPurged());
      case ROLLBACK_ACCEPTED -> rollBack(txid, entry.getRollbackAccepted());
      case CHAIN_ADOPTED -> rolledBack.adopt(entry.getChainAdopted());
      case NODE_FORGOTTEN -> forget(entry.getNodeForgotten());
      case INTENTS_SETTLED -> unfinished.settle(entry.getIntentsSettled(), FileTime.ofNs(timeNs));
      case KIND_NOT_SET -> new Applied.Refused("The entry is of a kind unknown to this master");
    };
  }

  /**
   * Answers lookup, attributes, directory, link target, chains, locks in the way, and statistics
   * (in which the bytes are left for the service to fill in). Anything else is EINVAL.
   */
  public OperationReply read(long sessionId, Operation operation) {
    return reads.read(sessionId, operation);
  }

  /** Whether each of these names leads to its inode; never if there are more than 4096. */
  public boolean lead(List<NameCheck> names) {
    return reads.lead(names);
  }

  /**
   * The remembered answer of a mutation that was applied already, or the refusal of one whose
   * number was passed, of an unknown session (EIO) or slot (EINVAL); empty if it may be proposed.
   */
  public Optional<Applied.Replied> remembered(long sessionId, int slot, long number) {
    return mutations.remembered(sessionId, slot, number);
  }

  /** Id of the cluster; 0 before its FormatCluster was applied. */
  public long clusterId() {
    return clusterId;
  }

  /** The highest level that an entry has told of; above {@link #FEATURE_LEVEL} nothing is right. */
  public int featureLevel() {
    return featureLevel;
  }

  /** Chunk size of new files. */
  public long chunkSizeBytes() {
    return allocation.defaultChunkSizeBytes();
  }

  /** Highest term started, 0 before the first. */
  public long term() {
    return term;
  }

  /** Txid of the last entry applied, 0 before the first. */
  public long appliedTxid() {
    return appliedTxid;
  }

  /** The chunk of this id, with or without a file. */
  public Optional<ChunkInfo> chunk(long chunkId) {
    int chunk = chunks.map().find(chunkId);
    return chunk == 0 ? Optional.empty() : Optional.of(chunks.info(chunk));
  }

  /**
   * The next chunks in the order of their ids, to walk through all of them in steps: pass the id of
   * the last one of the answer to go on. An answer shorter than the limit is the last.
   *
   * @param afterChunkId 0 to begin
   * @param limit 1 or more
   */
  public List<ChunkInfo> chunksAfter(long afterChunkId, int limit) {
    List<ChunkInfo> found = new ArrayList<>();
    ChunkMap map = chunks.map();
    long id = map.notSkipped(afterChunkId + 1);
    while (id < map.nextId() && found.size() < limit) {
      int chunk = map.find(id);
      if (chunk != 0) {
        found.add(chunks.info(chunk));
      }
      id = map.notSkipped(id + 1);
    }
    return found;
  }

  /**
   * The chunks of a file in the order of their indices, fresh ones too; none if there is no such
   * file.
   *
   * @param fromIndex the first index that counts
   * @param limit 1 or more
   */
  public List<ChunkInfo> chunksOf(long inode, long fromIndex, int limit) {
    int slot = resolver.regular(inode);
    return slot < 0 ? List.of() : chunks.of(slot, fromIndex, limit);
  }

  /**
   * The cut that a file waits for. It is gone after its ChangeCommit, and when its chunk is dropped
   * from the file.
   */
  public Optional<PendingCut> pendingCut(long inode) {
    return Optional.ofNullable(chunks.cuts().get(inode));
  }

  /** All cuts that have to be done. */
  public List<PendingCut> pendingCuts() {
    return List.copyOf(chunks.cuts().values());
  }

  /** Ids of all chunks with a version reserved and not committed. */
  public List<Long> changingChunks() {
    return List.copyOf(chunks.changing());
  }

  /**
   * The next inodes without a name in the order of their ids.
   *
   * @param afterInode 0 to begin
   */
  public List<Long> orphansAfter(long afterInode, int limit) {
    return cleanup.orphansAfter(afterInode, limit);
  }

  /**
   * Files whose writers' sessions ended, and which are not settled yet: inodes, each with the txid
   * by whose revocation it can be.
   */
  public NavigableMap<Long, Long> filesInDoubt() {
    return Collections.unmodifiableNavigableMap(unfinished.intents().inDoubt());
  }

  /** The session that may append to a file; 0 for none. */
  public long appendLeaseHolder(long inode) {
    return appends.leases().holder(inode);
  }

  /** Whether the append lease that a session asks for cannot be given to it now. */
  public boolean mustWait(long sessionId, AcquireAppend acquire) {
    return appends.mustWait(sessionId, acquire);
  }

  /** Sessions that expired or ended while they wrote, not those that their clients closed. */
  public Expiries expiries() {
    return expiries;
  }

  /** What keeps locks from being set. */
  public FileLocks locks() {
    return locks;
  }

  /** Which masters wrote the journal, and the last rollback. */
  public JournalHistory history() {
    return history;
  }

  /** Whether a chunk id is one that only entries have given out, if any, that a rollback lost. */
  public boolean isLostChunk(long chunkId) {
    return chunks.map().isSkipped(chunkId);
  }

  /** The next version of a chunk's chain is at least this, unsigned; 0 for one without a bound. */
  public int versionFloor(long chunkId) {
    return chunks.map().versionFloor(chunkId);
  }

  /** Whether a datanode of this id, which is not known, may have joined in lost entries. */
  public boolean mayReturn(int nodeId) {
    return nodes.mayReturn(nodeId);
  }

  /** Why a datanode that was forgotten is not let in; empty if it was not. */
  public Optional<String> forgotten(int nodeId) {
    return nodes.isForgotten(nodeId)
        ? Optional.of(Nodes.forgottenSentence(nodeId))
        : Optional.empty();
  }

  /** Chunks of files whose committed chain names a datanode. */
  public int chainsNaming(int nodeId) {
    return chunks.map().chainsNaming(nodeId);
  }

  /** Above the id of every chunk there ever was. */
  public long nextChunkId() {
    return chunks.map().nextId();
  }

  /** The chunks that are allocated and not committed, as they are now. */
  public LongSet freshChunkIds() {
    return chunks.fresh().ids();
  }

  /** An absolute path that leads to the inode, or empty if none does. */
  public Optional<byte[]> pathOf(long inode) {
    int slot = namespace.inodes().find(inode);
    return slot == 0 ? Optional.empty() : Optional.ofNullable(namespace.pathOf(slot));
  }

  /** The inode at the end of an absolute path, links not followed; empty if a name is missing. */
  public Optional<Long> inodeAt(byte[] path) {
    if (path.length == 0 || path[0] != '/' || clusterId == 0) {
      return Optional.empty();
    }
    int at = namespace.inodes().find(InodeTable.ROOT_ID);
    int start = 1;
    while (start < path.length && at != 0) {
      int end = start;
      while (end < path.length && path[end] != '/') {
        end++;
      }
      if (end > start) {
        at = namespace.lookup(at, Arrays.copyOfRange(path, start, end));
      }
      start = end + 1;
    }
    return at == 0 ? Optional.empty() : Optional.of(namespace.inodes().id(at));
  }

  /** Open sessions in the order of their ids. */
  public List<SessionInfo> sessions() {
    return sessions.all().stream().map(Session::info).toList();
  }

  /** An open session. */
  public Optional<SessionInfo> session(long sessionId) {
    return Optional.ofNullable(sessions.find(sessionId)).map(Session::info);
  }

  /** All nodes that ever joined, in the order of their ids. */
  public List<NodeInfo> nodes() {
    return nodes.all();
  }

  /** A node that joined. */
  public Optional<NodeInfo> node(int nodeId) {
    return Optional.ofNullable(nodes.find(nodeId));
  }

  /** How much there is. */
  public StateCounts counts() {
    return new StateCounts(
        namespace.inodes().count(),
        namespace.directories(),
        namespace.orphans(),
        chunks.map().count(),
        chunks.garbageCount(),
        sessions.count());
  }

  /** Bytes of the tables of inodes, names and chunks. */
  public long memoryBytes() {
    return namespace.memoryBytes() + chunks.map().memoryBytes();
  }

  /** A hash of the whole state, which takes a walk through all of it: for tests and comparisons. */
  public long stateDigest() {
    long tables = StateDigest.of(namespace, chunks, sessions.all(), nodes);
    return tables
        + 29L * expiries.hashCode()
        + 31L * unfinished.intents().hashCode()
        + 47L * appends.leases().hashCode()
        + 53L * locks.table().hashCode()
        + 61L * history.hashCode()
        + 31 * clusterId
        + 37 * term
        + 59L * featureLevel
        + 41 * timeNs
        + 43 * chunkSizeBytes();
  }

  private Applied format(FormatCluster format) {
    if (clusterId != 0) {
      return new Applied.Refused("The cluster is formatted already");
    }
    if (format.getClusterId() == 0) {
      return new Applied.Refused("A cluster's id is not 0");
    }
    if (!ChunkAllocation.isChunkSize(format.getChunkSizeBytes())) {
      return new Applied.Refused(
          "A chunk size is a power of two from 4 KiB to 1 GiB, not " + format.getChunkSizeBytes());
    }
    raiseFeatureLevel(format.getFeatureLevel());
    if (featureLevel > FEATURE_LEVEL) {
      return new Applied.Refused(
          "The cluster has feature level "
              + featureLevel
              + "; this master knows up to "
              + FEATURE_LEVEL);
    }
    clusterId = format.getClusterId();
    allocation.setDefaultChunkSizeBytes(format.getChunkSizeBytes());
    long time = FileTime.ofNs(timeNs);
    namespace.makeRoot(ROOT_PERMISSIONS, format.getRootUid(), format.getRootGid(), time);
    return new Applied.Accepted();
  }

  private Applied start(long txid, StartTerm start) {
    if (Long.compareUnsigned(start.getTerm(), term) <= 0) {
      return new Applied.Refused("Term " + start.getTerm() + " is not above the last one, " + term);
    }
    term = start.getTerm();
    raiseFeatureLevel(start.getFeatureLevel());
    history.termBegins(term, txid);
    return new Applied.Accepted();
  }

  /**
   * The sessions end as if they had expired: what a client has done since is lost, and what it
   * holds may be of what is lost. Each end has a number of its own, below the next txid.
   */
  private Applied rollBack(long txid, RollbackAccepted accepted) {
    if (accepted.getNextTxid() - txid <= sessions.count()) {
      return new Applied.Refused("A rollback skips more entries than there are sessions");
    }
    Applied applied = rolledBack.accept(accepted, txid, timeNs);
    if (applied instanceof Applied.Accepted) {
      long number = txid;
      for (Session session : sessions.all()) {
        SessionEnd end =
            SessionEnd.newBuilder().setSessionId(session.info().id()).setExpired(true).build();
        endSession(number++, end);
      }
    }
    return applied;
  }

  private Applied forget(NodeForgotten forgotten) {
    int id = forgotten.getNodeId();
    if (nodes.find(id) == null) {
      return new Applied.Refused("There is no datanode " + Integer.toUnsignedString(id));
    }
    int chains = chunks.map().chainsNaming(id);
    if (chains > 0) {
      return new Applied.Refused("the chains of " + chains + " chunks still name datanode " + id);
    }
    nodes.forget(id);
    return new Applied.Accepted();
  }

  private void raiseFeatureLevel(int level) {
    featureLevel = Math.max(featureLevel, level < 0 ? Integer.MAX_VALUE : level);
    if (featureLevel >= REPLACES_IN_PLACE) {
      namespace.replaceInPlace();
    }
    if (featureLevel >= COMMITS_SET_ATTRIBUTES) {
      files.commitsSetAttributes();
    }
  }

  private Applied start(SessionStart start) {
    if (clusterId == 0) {
      return new Applied.Refused("The cluster is not formatted");
    }
    if (start.getClientName().length() > MAX_CLIENT_NAME_LENGTH) {
      return new Applied.Refused(
          "A client's name is at most " + MAX_CLIENT_NAME_LENGTH + " characters long");
    }
    String refusal =
        sessions.start(
            new SessionInfo(
                start.getSessionId(),
                start.getSessionSecret(),
                start.getSlots(),
                start.getClientName()));
    return refusal == null ? new Applied.Accepted() : new Applied.Refused(refusal);
  }

  private Applied endSession(long txid, SessionEnd end) {
    long sessionId = end.getSessionId();
    if (!sessions.end(sessionId)) {
      return new Applied.Refused("There is no session " + Long.toHexString(sessionId));
    }
    boolean leavesDoubt = unfinished.sessionEnds(sessionId, txid);
    if (end.getExpired() || leavesDoubt) {
      expiries.add(txid, sessionId);
    }
    chunks.releaseAll(sessionId);
    appends.leases().sessionEnds(sessionId);
    locks.table().endSession(sessionId);
    unfinished.sessionEnded();
    return new Applied.Accepted();
  }

  private void orphaned(int inode) {
    cleanup.orphaned(inode);
  }

  private void named(int inode) {
    cleanup.named(inode);
  }
}
