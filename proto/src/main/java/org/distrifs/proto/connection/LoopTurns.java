package org.distrifs.proto.connection;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Who runs a {@link SharedEventLoop}. A thread that asks something over a socket and waits for the
 * answer runs the loop itself meanwhile: it sends its own request and reads its own answer, and no
 * thread is woken for that. Of several that wait one runs the loop, for the others too, and wakes
 * each whose answer came; when it has its own, it passes the loop on to one of them.
 *
 * <p>What nobody waits for belongs to the <em>keeper</em>, a thread that runs the loop when it is
 * busy and no one else does, or when nobody has waited for a while. As long as threads come and go
 * it looks every {@value #KEEPER_LOOK_MS} ms only: a message that the other side sends unasked lies
 * that long at the most.
 *
 * <p>What the loop brings is handled on threads that wait, so it must not take what these hold: it
 * must not block, which is the rule on every event loop. Thread-safe.
 */
final class LoopTurns {
  private static final long KEEPER_LOOK_MS = 20;
  private static final long KEEPER_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(KEEPER_LOOK_MS);

  /** A thread that waits for sockets does not notice that it was interrupted: it looks. */
  private static final long INTERRUPT_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long KEEPER_WAIT_NS = TimeUnit.SECONDS.toNanos(1);

  /** A thread that waits while another runs the loop. */
  private record Waiter(Thread thread, CompletableFuture<?> future) {}

  private final SharedEventLoop loop;
  private final Thread keeper;
  private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();
  private final List<BooleanSupplier> expecting = new CopyOnWriteArrayList<>();

  /** Threads in {@link #await}: one that has not tried to run the loop yet is about to. */
  private final AtomicInteger awaiting = new AtomicInteger();

  /** Turns of threads that waited. */
  private final AtomicLong turns = new AtomicLong();

  /**
   * @param threads makes the keeper
   */
  LoopTurns(IoHandlerFactory handlers, ThreadFactory threads) {
    loop = new SharedEventLoop(handlers, this::runnerWanted);
    keeper = threads.newThread(this::keep);
    keeper.start();
  }

  EventLoop loop() {
    return loop;
  }

  /**
   * Names who knows whether answers are on their way which no thread may be waiting for.
   *
   * @param isExpecting asked on any thread; must not block
   */
  void expect(BooleanSupplier isExpecting) {
    expecting.add(isExpecting);
  }

  /**
   * Begins something and waits for its end, running the loop if no other thread does.
   *
   * @param begin must not block
   * @throws IllegalStateException on the thread that runs the loop
   */
  <T> T await(Supplier<CompletableFuture<T>> begin, long boundMs)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (loop.inEventLoop()) {
      throw new IllegalStateException("what an event loop brings must not wait");
    }
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(boundMs);
    awaiting.incrementAndGet();
    try {
      CompletableFuture<T> future = begin.get();
      if (!future.isDone()) {
        awaitEnd(future, deadlineNs);
      }
      return future.get();
    } finally {
      awaiting.decrementAndGet();
      passOn();
    }
  }

  private void awaitEnd(CompletableFuture<?> future, long deadlineNs)
      throws InterruptedException, TimeoutException {
    Waiter self = new Waiter(Thread.currentThread(), future);
    future.whenComplete((value, failure) -> ended(self));
    while (!future.isDone()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      long leftNs = deadlineNs - System.nanoTime();
      if (leftNs <= 0) {
        throw new TimeoutException();
      }
      if (!loop.isShuttingDown() && loop.enter()) {
        runUntilEnd(future, deadlineNs);
      } else {
        park(self, Math.min(leftNs, INTERRUPT_LOOK_NS));
      }
    }
  }

  private void ended(Waiter waiter) {
    if (waiter.thread() == Thread.currentThread()) {
      return;
    }
    if (loop.inEventLoop(waiter.thread())) {
      loop.wake();
    } else {
      LockSupport.unpark(waiter.thread());
    }
  }

  private void runUntilEnd(CompletableFuture<?> future, long deadlineNs) {
    try {
      turns.incrementAndGet();
      // Looked at after this thread is the loop's: from then on the end of the future wakes it.
      while (!future.isDone()
          && !loop.isShuttingDown()
          && !Thread.currentThread().isInterrupted()
          && deadlineNs - System.nanoTime() > 0) {
        loop.runOnce(Math.min(deadlineNs - System.nanoTime(), INTERRUPT_LOOK_NS));
      }
    } finally {
      loop.leave();
    }
  }

  private void park(Waiter self, long boundNs) {
    waiters.add(self);
    try {
      // Looked at after it is in the queue: who leaves the loop from then on finds it there.
      if ((loop.isRun() || loop.isShuttingDown()) && !self.future().isDone()) {
        LockSupport.parkNanos(this, boundNs);
      }
    } finally {
      waiters.remove(self);
    }
  }

  /** If nobody runs the loop: to a thread that waits, or to the keeper if there is work. */
  private void passOn() {
    if (loop.isRun()) {
      return;
    }
    for (Waiter waiter : waiters) {
      if (!waiter.future().isDone()) {
        LockSupport.unpark(waiter.thread());
        return;
      }
    }
    if (hasWork()) {
      runnerWanted();
    }
  }

  private boolean hasWork() {
    return loop.hasTasks() || expecting.stream().anyMatch(BooleanSupplier::getAsBoolean);
  }

  private void runnerWanted() {
    if (awaiting.get() == 0 || loop.isShuttingDown()) {
      LockSupport.unpark(keeper);
    }
  }

  // --- the keeper

  private void keep() {
    boolean isQuiet = true;
    while (!loop.isShuttingDown()) {
      if (loop.enter()) {
        keepRunning(isQuiet);
        passOn();
      }
      long before = turns.get();
      LockSupport.parkNanos(this, KEEPER_LOOK_NS);
      isQuiet = turns.get() == before && !loop.isRun();
    }
    while (!loop.enter()) {
      loop.wake();
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
    }
    loop.terminate();
  }

  /**
   * Until a thread waits that could run it, or there is nothing to do while threads come and go.
   */
  private void keepRunning(boolean isQuiet) {
    try {
      do {
        loop.runOnce(isQuiet || hasWork() ? KEEPER_WAIT_NS : 0);
      } while (waiters.isEmpty() && (isQuiet || hasWork()) && !loop.isShuttingDown());
    } finally {
      loop.leave();
    }
  }
}
