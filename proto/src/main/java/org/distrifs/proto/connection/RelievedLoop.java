package org.distrifs.proto.connection;

import io.netty.channel.EventLoop;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The two threads of a {@link SharedEventLoop} on which something may block. One runs the loop. To
 * do what blocks, it <em>steps aside</em>: it leaves the loop, does that, and comes back. Mostly
 * that is over soon, and no other thread was woken. If it is not over within {@value #LOOK_MS} to
 * {@code 2 * }{@value #LOOK_MS} ms, the other thread takes the loop, and the first one relieves it
 * in the same way from then on ("leader and followers", Schmidt et al., 2000).
 */
final class RelievedLoop {
  /** How often the other thread looks while the first one steps aside now and then. */
  private static final long LOOK_MS = 20;

  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(LOOK_MS);
  private static final long MAX_WAIT_NS = TimeUnit.SECONDS.toNanos(60);

  private final SharedEventLoop loop;

  /** What to step aside for after this turn, or null. Belongs to who runs the loop. */
  private Runnable work;

  /** How often a thread stepped aside. */
  private final AtomicInteger stepsAside = new AtomicInteger();

  /** The thread that stands by until one steps aside, without looking meanwhile; or null. */
  private volatile Thread sleeper;

  /**
   * @param loop which nobody else runs
   */
  RelievedLoop(SharedEventLoop loop, ThreadFactory threads) {
    this.loop = loop;
    threads.newThread(this::serve).start();
    threads.newThread(this::serve).start();
  }

  EventLoop loop() {
    return loop;
  }

  /**
   * Has the thread that runs the loop do something that blocks, after what it is handling now. Only
   * for that thread.
   *
   * @return false if it steps aside for something else already, or the loop ends
   */
  boolean stepAside(Runnable newWork) {
    if (work != null || loop.isShuttingDown()) {
      return false;
    }
    work = newWork;
    return true;
  }

  private void serve() {
    while (!loop.isShutdown()) {
      if (loop.enter()) {
        runLoop();
      } else {
        standBy();
      }
    }
  }

  /** Until the loop ends, or the other thread has taken it. */
  private void runLoop() {
    do {
      loop.runOnce(MAX_WAIT_NS);
      if (work != null) {
        doWork();
        if (!loop.enter()) {
          return;
        }
      }
    } while (!loop.isShuttingDown());
    loop.terminate();
    LockSupport.unpark(sleeper);
  }

  private void doWork() {
    Runnable aside = work;
    work = null;
    loop.leave();
    stepsAside.incrementAndGet();
    LockSupport.unpark(sleeper);
    aside.run();
  }

  /** Until nobody has run the loop since the last look, or it has ended. */
  private void standBy() {
    while (!loop.isShutdown()) {
      int seen = stepsAside.get();
      LockSupport.parkNanos(this, LOOK_NS);
      if (stepsAside.get() == seen) {
        if (!loop.isRun()) {
          return;
        }
        sleepUntilOneStepsAside(seen);
      }
    }
  }

  private void sleepUntilOneStepsAside(int seen) {
    sleeper = Thread.currentThread();
    // Looked at after it is the sleeper: from then on who steps aside wakes it.
    while (stepsAside.get() == seen && !loop.isShutdown()) {
      LockSupport.park(this);
    }
    sleeper = null;
  }
}
