package org.distrifs.fuse.driver.kernel;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.distrifs.client.PendingLock;
import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestGuard;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.fuse.operations.Operation;
import org.distrifs.proto.control.Lock;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests about locks. Those who wait, and those for whom pages have to be dropped, which may in
 * turn wait for a READ that a serving thread has to answer, take none of the serving threads: they
 * are answered later, by threads of their own. Thread-safe.
 */
final class LockRequests implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LockRequests.class);

  /** Their work is short, but for dropping pages that are being read. */
  private static final int THREADS = 4;

  /** A serving thread waits so long for the master's answer; it mostly comes in a millisecond. */
  private static final long SERVING_THREAD_WAITS_MS = 5;

  private static final int STRIPES = 64;
  private static final long CLOSE_TIMEOUT_MS = 5_000;

  private final FuseOperations operations;
  private final RequestGuard guard;
  private final KernelCache kernelCache;
  private final FuseDevice device;
  private final WaitingLocks waiting = new WaitingLocks();
  private final ExecutorService later =
      Executors.newFixedThreadPool(THREADS, NamedThreads.daemon("mount", "locks"));

  /** By inode: who gets a lock while pages are being dropped waits until they are. */
  private final Object[] drops = Stream.generate(Object::new).limit(STRIPES).toArray();

  LockRequests(
      FuseOperations operations, RequestGuard guard, KernelCache kernelCache, FuseDevice device) {
    this.operations = operations;
    this.guard = guard;
    this.kernelCache = kernelCache;
    this.device = device;
  }

  /**
   * GETLK.
   *
   * @return bytes of the payload, a negative errno, or {@link RequestDispatch#NO_ANSWER}
   */
  int test(RequestHeader request, long reply) {
    long unique = request.unique();
    long begunNs = guard.begin();
    try {
      Lock wanted = LockMessage.lock(request.body());
      CompletableFuture<Optional<Lock>> found =
          operations.getlk(LockMessage.handle(request.body()), wanted);
      awaitSoonDone(found);
      if (found.isDone()) {
        return guard.end(
            Operation.GETLK, begunNs, () -> LockMessage.writeReply(reply, found(found)));
      }
      found.whenCompleteAsync(
          (lock, failure) ->
              answer(
                  unique,
                  Operation.GETLK,
                  begunNs,
                  payload -> LockMessage.writeReply(payload, found(found))),
          later);
      return RequestDispatch.NO_ANSWER;
    } catch (IOException | RuntimeException e) {
      return guard.end(Operation.GETLK, begunNs, () -> fail(e));
    }
  }

  /** What a completed search has found, or failed with. */
  private static Optional<Lock> found(CompletableFuture<Optional<Lock>> search) throws IOException {
    try {
      return search.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
    }
  }

  /**
   * SETLK.
   *
   * @return 0, a negative errno, or {@link RequestDispatch#NO_ANSWER}
   */
  int set(RequestHeader request) {
    long unique = request.unique();
    long node = request.node();
    long begunNs = guard.begin();
    try {
      Lock lock = LockMessage.lock(request.body());
      PendingLock pending = operations.setlk(LockMessage.handle(request.body()), lock, false);
      awaitSoonDone(pending.decided());
      // A caller that is killed interrupts this thread, and the lock with it.
      if (pending.decided().isDone() || Thread.currentThread().isInterrupted()) {
        return decidedAtOnce(unique, node, begunNs, lock, pending.result());
      }
      answerWhenDecided(unique, Operation.SETLK, begunNs, node, lock, pending);
      return RequestDispatch.NO_ANSWER;
    } catch (IOException | RuntimeException e) {
      return guard.end(Operation.SETLK, begunNs, () -> fail(e));
    }
  }

  /** SETLKW. As {@link #set}. */
  int setAndWait(RequestHeader request) {
    long unique = request.unique();
    long node = request.node();
    long begunNs = guard.begin();
    try {
      Lock lock = LockMessage.lock(request.body());
      waiting.requireRoom();
      PendingLock pending = operations.setlk(LockMessage.handle(request.body()), lock, true);
      waiting.add(unique, pending);
      answerWhenDecided(unique, Operation.SETLKW, begunNs, node, lock, pending);
      return RequestDispatch.NO_ANSWER;
    } catch (IOException | RuntimeException e) {
      return guard.end(Operation.SETLKW, begunNs, () -> fail(e));
    }
  }

  private void answerWhenDecided(
      long unique, Operation operation, long begunNs, long node, Lock lock, PendingLock pending) {
    pending
        .decided()
        .thenRunAsync(
            () -> {
              waiting.remove(unique);
              answer(unique, operation, begunNs, payload -> decided(node, lock, pending));
            },
            later);
  }

  private int decidedAtOnce(long unique, long node, long begunNs, Lock lock, long othersCounter) {
    if (!isGrant(lock) || !kernelCache.mayHoldPagesBefore(node, othersCounter)) {
      return guard.end(Operation.SETLK, begunNs, () -> 0);
    }
    later.execute(
        () -> answer(unique, Operation.SETLK, begunNs, payload -> dropPages(node, othersCounter)));
    return RequestDispatch.NO_ANSWER;
  }

  /**
   * Waits for the master's answer, but not for what may take longer: among other things for the end
   * of a handle, which a serving thread has to receive.
   */
  private static void awaitSoonDone(CompletableFuture<?> future) {
    try {
      future.get(SERVING_THREAD_WAITS_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // Whoever looks at it next is told.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int fail(Exception failure) throws IOException {
    if (failure instanceof IOException known) {
      throw known;
    }
    throw (RuntimeException) failure;
  }

  private static boolean isGrant(Lock lock) {
    return lock.getType() != Lock.Type.UNLOCKED;
  }

  private int decided(long node, Lock lock, PendingLock pending) throws IOException {
    long othersCounter = pending.result();
    return isGrant(lock) ? dropPages(node, othersCounter) : 0;
  }

  /** Drops the kernel's pages of an inode if they may be older than this change by others. */
  private int dropPages(long node, long othersCounter) {
    synchronized (drops[Math.floorMod(node, STRIPES)]) {
      if (kernelCache.mayHoldPagesBefore(node, othersCounter)) {
        device.invalidatePages(node);
        kernelCache.droppedPages(node, othersCounter);
      }
    }
    return 0;
  }

  /** What is left to do for a request; takes where the payload goes. */
  @FunctionalInterface
  private interface LastWork {
    int run(long payload) throws IOException;
  }

  private void answer(long unique, Operation operation, long begunNs, LastWork work) {
    long answer = NativeMemory.allocate(FuseDevice.ANSWER_HEADER_BYTES + LockMessage.REPLY_BYTES);
    long payload = answer + FuseDevice.ANSWER_HEADER_BYTES;
    try {
      device.answer(answer, unique, guard.end(operation, begunNs, () -> work.run(payload)));
    } finally {
      NativeMemory.free(answer);
    }
  }

  /** A signal came to the caller of a request of whatever kind. */
  void interrupted(long unique) {
    waiting.interrupted(unique);
  }

  /** No request comes any more. When this returns, nothing is answered any more. */
  @Override
  public void close() {
    waiting.interruptAll();
    later.shutdown();
    try {
      if (!later.awaitTermination(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("Locks are still being answered though the mount has ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
