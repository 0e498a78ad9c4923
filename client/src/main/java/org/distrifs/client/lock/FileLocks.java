package org.distrifs.client.lock;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.CloseQueue;
import org.distrifs.client.PendingLock;
import org.distrifs.client.session.MasterApi;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReleaseLocks;
import org.distrifs.proto.control.TestLock;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.runtime.clock.ClockSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Locks on one file, through the handles that this process has open. Thread-safe. */
public final class FileLocks {
  private static final Logger LOG = LoggerFactory.getLogger(FileLocks.class);

  /** A process that is being killed waits no longer than this for its locks to be released. */
  private static final long RELEASE_WAIT_MS = 2_000;

  /** Others may lock and close all the time: who does not wait asks no more often than this. */
  private static final int MAX_ATTEMPTS = 20;

  private final LockedFile file;
  private final MasterApi master;
  private final ClientSettings settings;
  private final ClockSource clock;
  private final ScheduledExecutorService timer;
  private final Executor background;
  private final HeldLocks heldLocks = new HeldLocks();
  private final HandleEnds ends;

  /**
   * @param closes where the ends of handles wait before this object hears of them
   * @param timer runs what comes later; stays the caller's
   * @param background runs what may take long; stays the caller's
   */
  public FileLocks(
      LockedFile file,
      MasterApi master,
      ClientSettings settings,
      CloseQueue closes,
      ClockSource clock,
      ScheduledExecutorService timer,
      Executor background) {
    this.file = file;
    this.master = master;
    this.settings = settings;
    this.clock = clock;
    this.timer = timer;
    this.background = background;
    this.ends = new HandleEnds(heldLocks, closes, clock, timer);
  }

  LockedFile file() {
    return file;
  }

  ClientSettings settings() {
    return settings;
  }

  ClockSource clock() {
    return clock;
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  HeldLocks heldLocks() {
    return heldLocks;
  }

  HandleEnds ends() {
    return ends;
  }

  /**
   * The first lock of others that keeps one from being set. Fails with an {@link IOException};
   * completes on a thread that must not be blocked.
   */
  public CompletableFuture<Optional<Lock>> test(Lock wanted) {
    CompletableFuture<Optional<Lock>> found = new CompletableFuture<>();
    test(TestLock.newBuilder().setInode(file.inode()).setLock(wanted).build(), 1, found);
    return found;
  }

  private void test(TestLock test, int attempt, CompletableFuture<Optional<Lock>> found) {
    if (file.hasLostSession()) {
      found.completeExceptionally(lostSession());
      return;
    }
    long endedBefore = ends.ended();
    submit(Operation.newBuilder().setTestLock(test))
        .whenComplete(
            (reply, thrown) -> {
              if (thrown != null) {
                found.completeExceptionally(
                    Replies.asIoException(thrown, "test of a lock of inode " + file.inode()));
              } else if (!reply.hasConflictingLock()) {
                found.complete(Optional.empty());
              } else {
                Lock inTheWay = reply.getConflictingLock();
                afterEnds(
                    inTheWay,
                    endedBefore,
                    attempt,
                    () -> test(test, attempt + 1, found),
                    () -> found.complete(Optional.of(inTheWay)));
              }
            });
  }

  /**
   * A lock is in the way. If it is of this mount it may belong to a handle that was closed already,
   * as its owner sees it: then the question is repeated when that has ended.
   *
   * @param endedBefore {@link HandleEnds#ended} before the question
   * @param attempt how often the question was asked
   */
  void afterEnds(
      Lock inTheWay, long endedBefore, int attempt, Runnable again, Runnable stillThere) {
    boolean isOwn = inTheWay.getOwner() != 0;
    if (!isOwn || attempt >= MAX_ATTEMPTS) {
      stillThere.run();
      return;
    }
    ends.whenQuiet(endedBefore)
        .thenAccept(
            anyEnded -> {
              if (anyEnded) {
                again.run();
              } else {
                stillThere.run();
              }
            });
  }

  /**
   * Completes when the handles have ended that are ending now, or may be, and their locks are
   * released: what another session is then told is in its way is really held.
   */
  public CompletableFuture<Void> whenEndsAreOver() {
    return ends.whenQuiet(0).thenAccept(any -> {});
  }

  /**
   * A descriptor of a handle was closed, perhaps its last: after this the handle may be about to
   * end. To be told before {@code close(2)} returns.
   */
  public void descriptorClosed(LockingHandle handle) {
    heldLocks.descriptorClosed(handle);
  }

  /**
   * Sets, changes or removes a lock. What makes one weaker first sends and commits what is written.
   *
   * @param handle through which it is asked for
   * @param waits whether it waits for others' locks to go; who unlocks never does
   * @throws IOException if what is written cannot be sent: nothing is changed then
   */
  public PendingLock set(LockingHandle handle, Lock lock, boolean waits) throws IOException {
    HeldLocks.Key key = HeldLocks.Key.of(lock);
    boolean unlocks = lock.getType() == Lock.Type.UNLOCKED;
    boolean mayHold = heldLocks.mayHold(key);
    if (mayHold && lock.getType() != Lock.Type.WRITE) {
      file.flush();
    }
    LockRequest request = new LockRequest(this, lock, waits && !unlocks, !mayHold);
    if (unlocks && !mayHold) {
      request.nothingToDo();
    } else {
      ask(request, key, handle);
    }
    return request;
  }

  private void ask(LockRequest request, HeldLocks.Key key, LockingHandle handle) {
    Runnable asking =
        () -> {
          heldLocks.asking(key, handle);
          request.ask();
        };
    if (heldLocks.mayBelongToAnEnd(key, handle)) {
      // Or the end of that handle would take this one's lock.
      ends.whenQuiet(ends.ended()).thenRun(asking);
    } else {
      asking.run();
    }
  }

  /**
   * A process closes a descriptor of the file, by which it loses all its record locks. If the
   * calling thread is interrupted it is let go after two seconds; what was written is sent and the
   * locks are released all the same. It does wait that long because the kernel gives the owner's
   * number to another process as soon as this one is gone.
   */
  public void releaseRecords(long owner) throws IOException {
    HeldLocks.Key key = new HeldLocks.Key(owner, Lock.Kind.RECORD);
    if (!heldLocks.mayHold(key)) {
      return;
    }
    if (Thread.interrupted()) {
      releaseOfKilled(key);
      Thread.currentThread().interrupt();
    } else {
      flushAndRelease(key);
    }
  }

  private void flushAndRelease(HeldLocks.Key key) throws IOException {
    try {
      file.flush();
    } finally {
      release(key);
    }
  }

  private void releaseOfKilled(HeldLocks.Key key) {
    CompletableFuture<Void> released = new CompletableFuture<>();
    background.execute(
        () -> {
          try {
            flushAndRelease(key);
          } catch (IOException e) {
            LOG.warn(
                "Record locks of a killed process on inode {} stay until the file is closed: {}",
                file.inode(),
                e.getMessage());
          } finally {
            released.complete(null);
          }
        });
    try {
      released.completeOnTimeout(null, RELEASE_WAIT_MS, TimeUnit.MILLISECONDS).get();
    } catch (InterruptedException e) {
      // It was killed once more; once is enough.
    } catch (ExecutionException e) {
      throw new CompletionException(e);
    }
  }

  private void release(HeldLocks.Key key) throws IOException {
    if (!file.hasLostSession()) {
      ReleaseLocks release =
          ReleaseLocks.newBuilder()
              .setInode(file.inode())
              .setOwner(key.owner())
              .addKinds(key.kind())
              .build();
      await(submit(Operation.newBuilder().setReleaseLocks(release)), "release of locks");
    }
    heldLocks.unlocked(key);
  }

  /** The end of a handle. */
  public interface Ending extends AutoCloseable {
    /** Releases what was locked through the handle, and by its owner through no other. */
    @Override
    void close() throws IOException;
  }

  /**
   * A handle is about to end. What was written through it is to be sent before the answer is
   * closed.
   */
  public Ending ending(LockingHandle handle) {
    if (!heldLocks.mayHoldThrough(handle)) {
      return () -> {};
    }
    CompletableFuture<Void> end = ends.begin();
    return () -> {
      List<HeldLocks.Key> keys = heldLocks.endOf(handle);
      try {
        for (HeldLocks.Key key : keys) {
          release(key);
        }
      } finally {
        heldLocks.endedOf(keys);
        ends.end(end);
      }
    };
  }

  IOException lostSession() {
    return new ErrnoException(
        Errno.EIO, "lock of inode " + file.inode() + ", opened under a session that has expired");
  }

  CompletableFuture<OperationReply> submit(Operation.Builder operation) {
    return master.submit(operation.build());
  }

  private OperationReply await(CompletableFuture<OperationReply> reply, String what)
      throws IOException {
    // The session's own bound is the one that is meant to act.
    return Replies.await(
        reply, 2 * settings.operationTimeoutMs(), what + " of inode " + file.inode());
  }
}
