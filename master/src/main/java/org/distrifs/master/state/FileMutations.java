package org.distrifs.master.state;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.master.namespace.FileTime;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.RecordReads;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.TimeChange;
import org.distrifs.proto.error.Errno;

/** The mutations of one inode: attributes, size, and what a client wrote. */
final class FileMutations {

  /** Reads that one operation tells of, at most. */
  private static final int MAX_READS = 1024;

  /** A client's clock may be ahead of this one by so much: less than a tick of a kernel's. */
  private static final long MAX_AHEAD_NS = 4_000_000;

  /** And behind by so much, of which the way of a message is a part. */
  private static final long MAX_BEHIND_NS = 50_000_000;

  private final InodeTable inodes;
  private final InodeResolver resolver;
  private final FileChunks chunks;
  private final AllocatedBlocks blocks;
  private final UnfinishedWrites unfinished;
  private final AccessControl access;
  private final Replies replies;
  private boolean commitsSetAttributes;

  FileMutations(
      InodeTable inodes,
      InodeResolver resolver,
      FileChunks chunks,
      AllocatedBlocks blocks,
      UnfinishedWrites unfinished,
      AccessControl access,
      Replies replies) {
    this.inodes = inodes;
    this.resolver = resolver;
    this.chunks = chunks;
    this.blocks = blocks;
    this.unfinished = unfinished;
    this.access = access;
    this.replies = replies;
  }

  /** From now on a commit carries out the change of attributes that comes with it. */
  void commitsSetAttributes() {
    commitsSetAttributes = true;
  }

  /** Whether it would change the size while a cut is pending, and so has to wait for that. */
  boolean mustWait(SetAttributes set) {
    int inode = inodes.find(set.getInode());
    return set.hasSize()
        && inode != 0
        && set.getSize() != inodes.size(inode)
        && chunks.cuts().containsKey(set.getInode());
  }

  /** Whether it would extend the file while a cut is pending, and so has to wait for that. */
  boolean mustWait(Commit commit) {
    int inode = inodes.find(commit.getInode());
    return inode != 0 && extendsFile(inode, commit) && chunks.cuts().containsKey(commit.getInode());
  }

  OperationReply setAttributes(Mutation mutation, SetAttributes set) {
    int inode = set.hasSize() ? resolver.regular(set.getInode()) : resolver.any(set.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    if (set.hasSize() && set.getSize() < 0) {
      return Replies.error(Errno.EFBIG);
    }
    int refused = check(inode, set);
    if (refused != 0) {
      return Replies.error(refused);
    }
    set(mutation, inode, set);
    inodes.countChange(inode);
    return replies.of(inode).build();
  }

  /** Why times or flags forbid it: 0, or an errno. */
  private int check(int inode, SetAttributes set) {
    return isTime(set.getAtime()) && isTime(set.getMtime())
        ? access.checkFlags(inode, set)
        : Errno.EINVAL.code();
  }

  /** Carries out a change that was checked. */
  private void set(Mutation mutation, int inode, SetAttributes set) {
    if (set.hasInodeFlags()) {
      inodes.setFlags(inode, set.getInodeFlags());
    }
    if (set.hasSize()) {
      setSize(inode, set.getSize());
      inodes.setMtime(inode, mutation.time());
    }
    if (set.getClearSetIdBits()) {
      access.clearSetIdBits(inode, mutation.caller());
    }
    if (set.hasMode()) {
      access.changeMode(inode, set.getMode());
    }
    if (set.hasSize() || set.hasUid() || set.hasGid()) {
      access.dropCapability(inode);
    }
    inodes.setOwner(
        inode,
        set.hasUid() ? set.getUid() : inodes.uid(inode),
        set.hasGid() ? set.getGid() : inodes.gid(inode));
    if (set.hasAtime()) {
      inodes.setAtime(inode, timeOf(set.getAtime(), mutation));
    }
    if (set.hasMtime()) {
      inodes.setMtime(inode, timeOf(set.getMtime(), mutation));
    }
    // Also when nothing is asked for: that is a chown(2) which leaves owner and group as they are.
    inodes.setCtime(inode, mutation.time());
  }

  OperationReply recordReads(RecordReads record) {
    if (record.getReadsCount() > MAX_READS) {
      return Replies.error(Errno.EINVAL, MAX_READS + " reads at a time");
    }
    for (RecordReads.Read read : record.getReadsList()) {
      int inode = inodes.find(read.getInode());
      if (inode != 0
          && inodes.changeCounter(inode) == read.getChangeCounter()
          && isNanoseconds(read.getNanoseconds())) {
        // Those of two mounts may come in another order.
        long time = FileTime.pack(read.getSeconds(), read.getNanoseconds());
        inodes.setAtime(inode, Math.max(time, inodes.atime(inode)));
      }
    }
    return OperationReply.getDefaultInstance();
  }

  OperationReply commit(Mutation mutation, Commit commit) {
    int inode = resolver.regular(commit.getInode());
    if (inode < 0) {
      unfinished.gone(mutation.sessionId(), commit);
      return Replies.error(-inode);
    }
    if (commit.getSize() < 0) {
      return Replies.error(Errno.EFBIG);
    }
    if (Long.compareUnsigned(commit.getTruncateEpoch(), inodes.truncateEpoch(inode)) > 0) {
      return Replies.error(Errno.EINVAL, "this truncate epoch was never given out");
    }
    SetAttributes set = commit.getAttributes();
    boolean isCarried = commitsSetAttributes && commit.hasAttributes();
    if (isCarried
        && (set.hasSize() || set.hasInodeFlags() || set.getInode() != commit.getInode())) {
      return Replies.error(Errno.EINVAL, "a commit cannot carry this change of attributes");
    }
    AllocatedBlocks.Change change;
    try {
      change = AllocatedBlocks.read(commit.getBlocks());
    } catch (IllegalArgumentException e) {
      return Replies.error(Errno.EINVAL, e.getMessage());
    }
    List<Integer> written = new ArrayList<>();
    for (long chunkId : commit.getWrittenChunksList()) {
      int chunk = chunks.map().find(chunkId);
      boolean attached = chunk != 0 && chunks.map().file(chunk) == inode;
      boolean truncatedAway = !attached && commit.getTruncateEpoch() < inodes.truncateEpoch(inode);
      if (attached && chunks.isVisibleTo(chunk, mutation.sessionId())) {
        written.add(chunk);
      } else if (!truncatedAway) {
        // What was written there is lost, and the writer must know.
        return Replies.error(
            Errno.EIO, "chunk " + chunkId + " is not part of the file for this session");
      }
    }
    boolean extended = extendsFile(inode, commit);
    for (int chunk : written) {
      unfinished.committing(chunk, mutation.sessionId());
      chunks.commit(chunk);
    }
    for (long chunkId : commit.getReleasedChunksList()) {
      int chunk = chunks.map().find(chunkId);
      if (chunk != 0 && chunks.map().file(chunk) == inode) {
        chunks.release(chunk, mutation.sessionId());
      }
    }
    long sizeBefore = inodes.size(inode);
    if (extended) {
      inodes.setSize(inode, commit.getSize());
    }
    if (commit.hasBlocks()) {
      boolean isCurrent = commit.getTruncateEpoch() == inodes.truncateEpoch(inode);
      blocks.changed(inode, sizeBefore, isCurrent, change);
    } else {
      blocks.grew(inode, sizeBefore);
    }
    boolean isModified = commit.getModified() || extended;
    if (isModified) {
      access.dropCapability(inode);
      long time = writeTime(mutation, commit);
      inodes.setMtime(inode, time);
      // ctime also tells of changes after the write, so it never goes back.
      inodes.setCtime(inode, Math.max(time, inodes.ctime(inode)));
    }
    unfinished.told(mutation.sessionId(), inode, commit, mutation.time());
    boolean isSet = isCarried && check(inode, set) == 0;
    if (isSet) {
      set(mutation, inode, set);
    }
    if (isModified || isSet) {
      // Once: nobody sees the file as it is between the two.
      inodes.countChange(inode);
    }
    return replies.of(inode).setAttributesSet(isSet).build();
  }

  private boolean extendsFile(int inode, Commit commit) {
    return inodes.isRegular(inode)
        && commit.getTruncateEpoch() == inodes.truncateEpoch(inode)
        && commit.getSize() > inodes.size(inode);
  }

  /**
   * A lower size drops the chunks behind it. A chunk in which the new end lies has to be cut on its
   * members, whoever holds it: otherwise bytes of before would come back when the file grows.
   */
  private void setSize(int inode, long size) {
    long sizeBefore = inodes.size(inode);
    boolean shorter = size < sizeBefore;
    inodes.setSize(inode, size);
    blocks.truncated(inode, sizeBefore);
    if (!shorter) {
      return;
    }
    long epoch = inodes.truncateEpoch(inode) + 1;
    inodes.setTruncateEpoch(inode, epoch);
    int exponent = inodes.chunkSizeExponent(inode);
    long index = size >>> exponent;
    int keptBytes = (int) (size - (index << exponent));
    chunks.detachFrom(inode, keptBytes == 0 ? index : index + 1);
    int boundary = chunks.map().at(inode, index);
    if (boundary != 0) {
      long id = inodes.id(inode);
      chunks.cuts().put(id, new PendingCut(id, epoch, chunks.map().id(boundary), keptBytes));
    }
  }

  private static boolean isTime(TimeChange change) {
    return isNanoseconds(change.getNanoseconds());
  }

  private static boolean isNanoseconds(int nanoseconds) {
    return Integer.compareUnsigned(nanoseconds, FileTime.NS_PER_SECOND) < 0;
  }

  private static long timeOf(TimeChange change, Mutation mutation) {
    return change.getNow()
        ? mutation.time()
        : FileTime.pack(change.getSeconds(), change.getNanoseconds());
  }

  /**
   * When the last write was. Programs have been told the time by the client's clock: if that agrees
   * with this one's, but for the way of the message, it stays as it is. If not, this clock counts,
   * so that the times of files that several machines write can be compared.
   */
  private static long writeTime(Mutation mutation, Commit commit) {
    long agoNs = commit.getModified() ? commit.getModifiedAgoNs() : 0;
    boolean believable = agoNs >= 0 && agoNs <= mutation.timeNs();
    long ownNs = believable ? mutation.timeNs() - agoNs : mutation.timeNs();
    long atNs = commit.getModified() ? commit.getModifiedAtNs() : 0;
    boolean agrees = atNs > 0 && atNs - ownNs <= MAX_AHEAD_NS && ownNs - atNs <= MAX_BEHIND_NS;
    return FileTime.ofNs(agrees ? atNs : ownNs);
  }
}
