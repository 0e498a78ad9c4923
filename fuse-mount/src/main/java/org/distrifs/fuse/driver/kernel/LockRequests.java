package org.distrifs.fuse.driver.kernel;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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

  /** GETLK. Answers and fails as the methods of {@link NodeRequests}. */
  int test(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    Lock wanted = LockMessage.lock(body);
    return LockMessage.writeReply(reply, operations.getlk(LockMessage.handle(body), wanted));
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
    long othersCounter;
    try {
      Lock lock = LockMessage.lock(request.body());
      othersCounter = operations.setlk(LockMessage.handle(request.body()), lock, false).result();
      if (!isGrant(lock) || !kernelCache.mayHoldPagesBefore(node, othersCounter)) {
        return guard.end(Operation.SETLK, begunNs, () -> 0);
      }
    } catch (IOException | RuntimeException e) {
      return guard.end(Operation.SETLK, begunNs, () -> fail(e));
    }
    later.execute(
        () -> answer(unique, Operation.SETLK, begunNs, () -> dropPages(node, othersCounter)));
    return RequestDispatch.NO_ANSWER;
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
      pending
          .decided()
          .thenRunAsync(
              () -> {
                waiting.remove(unique);
                answer(unique, Operation.SETLKW, begunNs, () -> decided(node, lock, pending));
              },
              later);
      return RequestDispatch.NO_ANSWER;
    } catch (IOException | RuntimeException e) {
      return guard.end(Operation.SETLKW, begunNs, () -> fail(e));
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

  private void answer(long unique, Operation operation, long begunNs, RequestGuard.Work work) {
    long answer = NativeMemory.allocate(FuseDevice.ANSWER_HEADER_BYTES);
    try {
      device.answer(answer, unique, guard.end(operation, begunNs, work));
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
