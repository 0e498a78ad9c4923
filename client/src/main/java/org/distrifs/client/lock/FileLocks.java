package org.distrifs.client.lock;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.ClientSettings;
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

  private final LockedFile file;
  private final MasterApi master;
  private final ClientSettings settings;
  private final ClockSource clock;
  private final ScheduledExecutorService timer;
  private final Executor background;
  private final HeldLocks heldLocks = new HeldLocks();

  /** The ends of handles that are under way; each completes when its locks are released. */
  private final Set<CompletableFuture<Void>> endings = ConcurrentHashMap.newKeySet();

  /**
   * @param timer runs what comes later; stays the caller's
   * @param background runs what may take long; stays the caller's
   */
  public FileLocks(
      LockedFile file,
      MasterApi master,
      ClientSettings settings,
      ClockSource clock,
      ScheduledExecutorService timer,
      Executor background) {
    this.file = file;
    this.master = master;
    this.settings = settings;
    this.clock = clock;
    this.timer = timer;
    this.background = background;
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

  /** The first lock of others that keeps one from being set. */
  public Optional<Lock> test(Lock wanted) throws IOException {
    if (file.hasLostSession()) {
      throw lostSession();
    }
    TestLock test = TestLock.newBuilder().setInode(file.inode()).setLock(wanted).build();
    OperationReply reply =
        await(submit(Operation.newBuilder().setTestLock(test)), "test of a lock");
    return reply.hasConflictingLock() ? Optional.of(reply.getConflictingLock()) : Optional.empty();
  }

  /**
   * Sets, changes or removes a lock. What makes one weaker first sends and commits what is written.
   *
   * @param handle through which it is asked for
   * @param waits whether it waits for others' locks to go; who unlocks never does
   * @throws IOException if what is written cannot be sent: nothing is changed then
   */
  public PendingLock set(Object handle, Lock lock, boolean waits) throws IOException {
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
      heldLocks.asking(key, handle);
      request.ask();
    }
    return request;
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
  public Ending ending(Object handle) {
    if (!heldLocks.mayHoldThrough(handle)) {
      return () -> {};
    }
    CompletableFuture<Void> ending = new CompletableFuture<>();
    endings.add(ending);
    return () -> {
      try {
        for (HeldLocks.Key key : heldLocks.endOf(handle)) {
          release(key);
        }
      } finally {
        endings.remove(ending);
        ending.complete(null);
      }
    };
  }

  /** Completes when the handles that are ending now have ended; empty if none is. */
  Optional<CompletableFuture<Void>> whenEnded() {
    CompletableFuture<?>[] now = endings.toArray(new CompletableFuture<?>[0]);
    return now.length == 0 ? Optional.empty() : Optional.of(CompletableFuture.allOf(now));
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
