package org.distrifs.master.state;

import java.util.List;
import org.distrifs.master.lock.LockOwner;
import org.distrifs.master.lock.LockTable;
import org.distrifs.master.lock.LockedFile;
import org.distrifs.master.lock.RangeLock;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReleaseLocks;
import org.distrifs.proto.control.SetLock;
import org.distrifs.proto.control.TestLock;
import org.distrifs.proto.error.Errno;

/** Locks, as sessions ask for them; {@code docs/locks.md} says more. */
public final class FileLocks {
  private final InodeResolver resolver;
  private final Replies replies;
  private final LockTable table = new LockTable();

  FileLocks(InodeResolver resolver, Replies replies) {
    this.resolver = resolver;
    this.replies = replies;
  }

  LockTable table() {
    return table;
  }

  // --- what is in the way

  /** The locks of others that keep one from being set, in the order of their first bytes. */
  public List<RangeLock> conflicts(long sessionId, long inode, Lock wanted) {
    return wanted.getType() == Lock.Type.UNLOCKED || !isValid(wanted)
        ? List.of()
        : table.conflicts(lockedFile(inode, wanted), range(sessionId, wanted));
  }

  /**
   * Whether it has an effect to try to set a lock even if that fails: who changes a flock loses the
   * one that he has, as flock(2) says.
   */
  public boolean isLostByTrying(long sessionId, long inode, Lock wanted) {
    boolean isExclusive = wanted.getType() == Lock.Type.WRITE;
    return wanted.getKind() == Lock.Kind.WHOLE_FILE
        && table.hasOtherType(lockedFile(inode, wanted), owner(sessionId, wanted), isExclusive);
  }

  /**
   * A lock as a session is told of it: numbers of processes of other sessions mean nothing there.
   */
  public static Lock toldTo(long sessionId, RangeLock lock, Lock.Kind kind) {
    boolean isOwn = lock.owner().sessionId() == sessionId;
    return Lock.newBuilder()
        .setOwner(isOwn ? lock.owner().number() : 0)
        .setKind(kind)
        .setType(lock.isExclusive() ? Lock.Type.WRITE : Lock.Type.READ)
        .setStart(lock.start())
        .setEnd(lock.end())
        .setPid(isOwn ? lock.pid() : 0)
        .build();
  }

  OperationReply test(long sessionId, TestLock test) {
    int inode = resolver.any(test.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    if (!isValid(test.getLock())) {
      return Replies.error(Errno.EINVAL);
    }
    OperationReply.Builder reply = replies.of(inode);
    conflicts(sessionId, test.getInode(), test.getLock()).stream()
        .findFirst()
        .map(lock -> toldTo(sessionId, lock, test.getLock().getKind()))
        .ifPresent(reply::setConflictingLock);
    return reply.build();
  }

  // --- changes

  /** Whether a lock that waits is kept out; a flock that would be lost by trying is lost. */
  boolean mustWait(long sessionId, SetLock set) {
    if (set.getWaitMs() == 0 || conflicts(sessionId, set.getInode(), set.getLock()).isEmpty()) {
      return false;
    }
    loseByTrying(sessionId, set);
    return true;
  }

  private void loseByTrying(long sessionId, SetLock set) {
    if (isLostByTrying(sessionId, set.getInode(), set.getLock())) {
      table.clear(lockedFile(set.getInode(), set.getLock()), owner(sessionId, set.getLock()));
    }
  }

  OperationReply set(Mutation mutation, SetLock set) {
    int inode = resolver.any(set.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    Lock lock = set.getLock();
    if (!isValid(lock)) {
      return Replies.error(Errno.EINVAL);
    }
    List<RangeLock> conflicts = conflicts(mutation.sessionId(), set.getInode(), lock);
    if (!conflicts.isEmpty()) {
      loseByTrying(mutation.sessionId(), set);
      return OperationReply.newBuilder()
          .setErrno(Errno.EAGAIN.code())
          .setConflictingLock(toldTo(mutation.sessionId(), conflicts.get(0), lock.getKind()))
          .build();
    }
    LockedFile file = lockedFile(set.getInode(), lock);
    RangeLock range = range(mutation.sessionId(), lock);
    boolean hasRoom =
        lock.getType() == Lock.Type.UNLOCKED ? table.clear(file, range) : table.set(file, range);
    return hasRoom
        ? replies.of(inode).build()
        : Replies.error(Errno.ENOLCK, "the session or the file has as many locks as it may have");
  }

  OperationReply release(Mutation mutation, ReleaseLocks release) {
    LockOwner owner = new LockOwner(mutation.sessionId(), release.getOwner());
    for (Lock.Kind kind : release.getKindsList()) {
      table.clear(new LockedFile(release.getInode(), kind == Lock.Kind.WHOLE_FILE), owner);
    }
    return OperationReply.getDefaultInstance();
  }

  private static boolean isValid(Lock lock) {
    boolean isKnown =
        lock.getKind() != Lock.Kind.UNRECOGNIZED && lock.getType() != Lock.Type.UNRECOGNIZED;
    boolean isRange = lock.getStart() >= 0 && lock.getStart() <= lock.getEnd();
    return isKnown && (isRange || lock.getKind() == Lock.Kind.WHOLE_FILE);
  }

  private static LockOwner owner(long sessionId, Lock lock) {
    return new LockOwner(sessionId, lock.getOwner());
  }

  private static LockedFile lockedFile(long inode, Lock lock) {
    return new LockedFile(inode, lock.getKind() == Lock.Kind.WHOLE_FILE);
  }

  private static RangeLock range(long sessionId, Lock lock) {
    boolean isWhole = lock.getKind() == Lock.Kind.WHOLE_FILE;
    return new RangeLock(
        owner(sessionId, lock),
        lock.getType() == Lock.Type.WRITE,
        isWhole ? 0 : lock.getStart(),
        isWhole ? RangeLock.LAST_BYTE : lock.getEnd(),
        lock.getPid());
  }
}
