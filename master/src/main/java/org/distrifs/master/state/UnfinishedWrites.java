package org.distrifs.master.state;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.chunk.ChunkMap;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.session.WriteIntents;
import org.distrifs.master.table.OrderedIndex;
import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.WriteIntent;
import org.distrifs.proto.journal.IntentsSettled;

/**
 * Who may be writing to a file, and what becomes of the bytes of those who end without a commit;
 * {@code docs/write-intents.md} says why.
 */
final class UnfinishedWrites {

  private final InodeTable inodes;
  private final FileChunks chunks;
  private final AccessControl access;
  private final WriteIntents intents = new WriteIntents();

  UnfinishedWrites(InodeTable inodes, FileChunks chunks, AccessControl access) {
    this.inodes = inodes;
    this.chunks = chunks;
    this.access = access;
  }

  WriteIntents intents() {
    return intents;
  }

  // --- what has to wait: a pending cut would take along what is written under a new intent

  boolean mustWait(long sessionId, AllocateChunk allocate) {
    int inode = inodes.find(allocate.getInode());
    return inode != 0
        && chunks.cuts().containsKey(allocate.getInode())
        && !intents.has(sessionId, allocate.getInode())
        && isShared(chunks.map().at(inode, allocate.getIndex()));
  }

  boolean mustWait(long sessionId, Commit commit) {
    if (!chunks.cuts().containsKey(commit.getInode())) {
      return false;
    }
    boolean begins =
        commit.getIntent() == WriteIntent.BEGIN && !intents.has(sessionId, commit.getInode());
    return begins || commit.getWrittenChunksList().stream().anyMatch(this::isHeldByMany);
  }

  private boolean isHeldByMany(long chunkId) {
    return chunks.fresh().holders(chunkId).size() > 1;
  }

  // --- intents

  /** Whether the session has no room for an intent that this would begin. */
  boolean isRefused(long sessionId, long inodeId) {
    return !intents.has(sessionId, inodeId) && intents.isFull(sessionId);
  }

  /** Whether a chunk is there, and not only for those who hold it fresh. */
  boolean isShared(int chunk) {
    return chunk != 0 && !chunks.map().isFresh(chunk);
  }

  void began(long sessionId, long inodeId, long number) {
    intents.begin(sessionId, inodeId, number);
  }

  /** A fresh chunk is about to become an ordinary one: who else holds it may go on writing. */
  void committing(int chunk, long sessionId) {
    ChunkMap map = chunks.map();
    long inodeId = inodes.id(map.file(chunk));
    chunks
        .fresh()
        .holders(map.id(chunk))
        .forEach(
            (holder, number) -> {
              if (holder != sessionId) {
                intents.begin(holder, inodeId, number);
              }
            });
  }

  /** The file of a commit is gone: nothing is to be settled of it. */
  void gone(long sessionId, Commit commit) {
    intents.end(sessionId, commit.getInode(), Long.MAX_VALUE);
  }

  /** What a commit, which is carried out otherwise, says of its session's intent. */
  void told(long sessionId, int inode, Commit commit, long time) {
    long id = inodes.id(inode);
    switch (commit.getIntent()) {
      case BEGIN -> intents.begin(sessionId, id, commit.getIntentNumber());
      case END -> intents.end(sessionId, id, commit.getIntentNumber());
      case ABANDON -> {
        intents.end(sessionId, id, commit.getIntentNumber());
        changed(inode, time);
        intents.cutLater(id);
      }
      default -> {}
    }
    cutIfDue(inode);
  }

  // --- the end of a session

  /**
   * A session is about to end, and holds its fresh chunks still.
   *
   * @return whether it may have been writing to files, which are in doubt now
   */
  boolean sessionEnds(long sessionId, long txid) {
    List<Long> files = new ArrayList<>(intents.endAll(sessionId));
    for (long chunkId : chunks.fresh().of(sessionId)) {
      if (isHeldByMany(chunkId)) {
        // It stays, with whatever this session wrote into it.
        files.add(inodes.id(chunks.map().file(chunks.map().find(chunkId))));
      }
    }
    files.forEach(id -> intents.doubt(id, txid));
    return !files.isEmpty();
  }

  /** It has ended, and with it what was in the way of cuts. */
  void sessionEnded() {
    for (long id : intents.cutsDue()) {
      int inode = inodes.find(id);
      if (inode != 0) {
        cutIfDue(inode);
      }
    }
  }

  Applied settle(IntentsSettled settled, long time) {
    for (long id : settled.getInodesList()) {
      int inode = inodes.find(id);
      if (intents.settle(id) && inode != 0) {
        changed(inode, time);
        intents.cutLater(id);
        cutIfDue(inode);
      }
    }
    return new Applied.Accepted();
  }

  private void changed(int inode, long time) {
    access.dropCapability(inode);
    inodes.setMtime(inode, time);
    inodes.setCtime(inode, time);
    inodes.countChange(inode);
  }

  /** Drops what lies behind the end of the file, if that is due and in nobody's way. */
  private void cutIfDue(int inode) {
    long id = inodes.id(inode);
    if (!intents.isCutDue(id) || intents.isWritten(id)) {
      return;
    }
    int exponent = inodes.chunkSizeExponent(inode);
    long index = inodes.size(inode) >>> exponent;
    int keptBytes = (int) (inodes.size(inode) - (index << exponent));
    if (hasFresh(inode, index)) {
      return;
    }
    intents.cutDone(id);
    chunks.detachFrom(inode, keptBytes == 0 ? index : index + 1);
    int boundary = chunks.map().at(inode, index);
    boolean isCutAnyway = chunks.cuts().containsKey(id);
    if (boundary != 0 && !isCutAnyway) {
      long epoch = inodes.truncateEpoch(inode);
      chunks.cuts().put(id, new PendingCut(id, epoch, chunks.map().id(boundary), keptBytes));
    }
  }

  /**
   * Whether any chunk from an index on is held as a fresh one: its holder writes behind the end.
   */
  private boolean hasFresh(int inode, long index) {
    ChunkMap map = chunks.map();
    OrderedIndex.Cursor cursor = map.from(inode, index);
    for (int chunk = cursor.next(); chunk != 0 && map.file(chunk) == inode; chunk = cursor.next()) {
      if (map.isFresh(chunk)) {
        return true;
      }
    }
    return false;
  }
}
