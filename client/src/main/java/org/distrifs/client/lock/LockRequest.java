package org.distrifs.client.lock;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.PendingLock;
import org.distrifs.client.session.RefusedException;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReleaseLocks;
import org.distrifs.proto.control.SetLock;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lock that is asked for, again and again while it waits: the master lets no operation wait for
 * long.
 */
final class LockRequest implements PendingLock {
  private static final Logger LOG = LoggerFactory.getLogger(LockRequest.class);

  /** How long the master may let one operation wait. */
  private static final long MAX_WAIT_MS = 10_000;

  /** The master is not asked more often: it answers at once when too many wait already. */
  private static final long ASK_INTERVAL_MS = 500;

  /** How often the master is told that nobody wants to wait any more. */
  private static final long WITHDRAW_INTERVAL_MS = 250;

  /** After so long a caller who was interrupted is let go, whatever the master says later. */
  private static final long CANCEL_WAIT_MS = 2_000;

  private final FileLocks locks;
  private final Lock lock;
  private final boolean waits;
  private final boolean isOwnersFirst;
  private final CompletableFuture<Void> decided = new CompletableFuture<>();

  // Guarded by this.
  private boolean isAsked;
  private boolean isInterrupted;
  private int attempts;
  private long askedNs;

  /** Set before {@code decided} completes: one of the two. */
  private Attributes granted;

  private IOException failure;

  /**
   * @param isOwnersFirst whether its owner has no lock of that kind on the file yet
   */
  LockRequest(FileLocks locks, Lock lock, boolean waits, boolean isOwnersFirst) {
    this.locks = locks;
    this.lock = lock;
    this.waits = waits;
    this.isOwnersFirst = isOwnersFirst;
  }

  /** Unlocks where nothing is locked. */
  void nothingToDo() {
    decide(Attributes.getDefaultInstance(), null);
  }

  /** Asks the master, whose answer brings it on. */
  void ask() {
    if (locks.file().hasLostSession()) {
      // The lock would be the new session's, which has nothing to do with this handle.
      refused(locks.lostSession());
      return;
    }
    SetLock.Builder set = SetLock.newBuilder().setInode(locks.file().inode()).setLock(lock);
    synchronized (this) {
      if (isInterrupted) {
        refused(interruption());
        return;
      }
      isAsked = true;
      attempts++;
      askedNs = locks.clock().monotonicNs();
    }
    if (waits) {
      set.setWaitMs((int) Math.min(MAX_WAIT_MS, locks.settings().operationTimeoutMs() / 2));
    }
    long endedBefore = locks.ends().ended();
    locks
        .submit(Operation.newBuilder().setSetLock(set))
        .whenComplete((reply, thrown) -> answered(reply, thrown, endedBefore));
  }

  private void answered(OperationReply reply, Throwable thrown, long endedBefore) {
    if (thrown == null) {
      granted(reply);
      return;
    }
    synchronized (this) {
      isAsked = false;
    }
    IOException why = Replies.asIoException(thrown, "lock of inode " + locks.file().inode());
    if (!(why instanceof RefusedException refusal)) {
      // It may be set, or be set yet.
      locks.heldLocks().asked(HeldLocks.Key.of(lock), true);
      decide(null, why);
    } else if (refusal.errno() != Errno.EAGAIN) {
      refused(refusal);
    } else if (waits) {
      askLater();
    } else {
      int attempt;
      synchronized (this) {
        attempt = attempts;
      }
      Lock inTheWay = refusal.reply().getConflictingLock();
      locks.afterEnds(inTheWay, endedBefore, attempt, this::ask, () -> refused(refusal));
    }
  }

  private void granted(OperationReply reply) {
    HeldLocks.Key key = HeldLocks.Key.of(lock);
    boolean unlocks = lock.getType() == Lock.Type.UNLOCKED;
    if (unlocks && (lock.getKind() == Lock.Kind.WHOLE_FILE || isWhole())) {
      locks.heldLocks().unlocked(key);
    }
    locks.heldLocks().asked(key, !unlocks);
    if (!decide(reply.getAttributes(), null) && !unlocks) {
      giveBack();
    }
    // Not before: whoever is interrupted now is to find it granted.
    synchronized (this) {
      isAsked = false;
    }
  }

  private boolean isWhole() {
    return lock.getStart() == 0 && lock.getEnd() == Long.MAX_VALUE;
  }

  private void refused(IOException why) {
    locks.heldLocks().asked(HeldLocks.Key.of(lock), false);
    decide(null, why);
  }

  private void askLater() {
    long delayMs;
    synchronized (this) {
      long sinceMs = TimeUnit.NANOSECONDS.toMillis(locks.clock().monotonicNs() - askedNs);
      delayMs = isInterrupted ? 0 : Math.max(0, ASK_INTERVAL_MS - sinceMs);
    }
    after(delayMs, this::ask);
  }

  private void after(long delayMs, Runnable task) {
    locks.timer().schedule(task, delayMs, TimeUnit.MILLISECONDS);
  }

  // --- those who do not want to wait any more

  @Override
  public void interrupt() {
    boolean isBetween;
    synchronized (this) {
      if (isInterrupted) {
        return;
      }
      isInterrupted = true;
      isBetween = !isAsked;
    }
    if (isBetween) {
      // It asks no more, whenever that would have been.
      decide(null, interruption());
    } else {
      withdraw();
      after(CANCEL_WAIT_MS, this::letGo);
    }
  }

  /** Has the master send it away, again and again: it may come to wait there only after this. */
  private void withdraw() {
    synchronized (this) {
      if (!isAsked) {
        return;
      }
    }
    ReleaseLocks release =
        ReleaseLocks.newBuilder().setInode(locks.file().inode()).setOwner(lock.getOwner()).build();
    locks.submit(Operation.newBuilder().setReleaseLocks(release));
    after(WITHDRAW_INTERVAL_MS, this::withdraw);
  }

  private void letGo() {
    decide(null, interruption());
  }

  private IOException interruption() {
    return new ErrnoException(Errno.EINTR, "wait for a lock of inode " + locks.file().inode());
  }

  /**
   * It was granted after its caller was told that it was not. If its owner has others they may lie
   * beneath it, and would go with it: then it stays until they all do.
   */
  private void giveBack() {
    if (!isOwnersFirst) {
      LOG.warn(
          "A lock of inode {} that came too late stays until its owner closes the file",
          locks.file().inode());
      return;
    }
    SetLock unlock =
        SetLock.newBuilder()
            .setInode(locks.file().inode())
            .setLock(lock.toBuilder().setType(Lock.Type.UNLOCKED))
            .build();
    locks
        .submit(Operation.newBuilder().setSetLock(unlock))
        .exceptionally(
            why -> {
              LOG.warn(
                  "A lock of inode {} that came too late is not given back before its owner"
                      + " closes the file: {}",
                  locks.file().inode(),
                  why.getMessage());
              return null;
            });
  }

  // --- the end

  /** Whether it was not decided yet. */
  private boolean decide(Attributes attributes, IOException why) {
    synchronized (this) {
      if (granted != null || failure != null) {
        return false;
      }
      granted = attributes;
      failure = why;
    }
    decided.complete(null);
    return true;
  }

  @Override
  public CompletableFuture<Void> decided() {
    return decided;
  }

  @Override
  public long result() throws IOException {
    try {
      decided.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      interrupt();
      decide(null, interruption());
    } catch (ExecutionException e) {
      throw new CompletionException(e);
    }
    if (failure != null) {
      throw failure;
    }
    return locks.file().granted(granted);
  }
}
