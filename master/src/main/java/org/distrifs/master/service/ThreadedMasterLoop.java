package org.distrifs.master.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.lifecycle.NamedThreads;

/** The one thread that owns the master's state, and the bounded queue in front of it. */
final class ThreadedMasterLoop implements MasterLoop {

  /** Tasks that wait at most. */
  static final int MAX_QUEUED = 65_536;

  /** Tasks that run before what they produced is sent on. */
  static final int MAX_GROUP = 512;

  static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long CLOSE_TIMEOUT_MS = 10_000;

  private final ClockSource clock;
  private final Agent agent;
  private final BlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(MAX_QUEUED);

  /** What the loop's thread hands to itself: one for each answer that was there at once. */
  private final Queue<Runnable> ownTasks = new ArrayDeque<>();

  private final Thread thread;
  private volatile boolean stopping;
  private long nextTickNs;

  ThreadedMasterLoop(ClockSource clock, Agent agent) {
    this.clock = clock;
    this.agent = agent;
    this.thread = NamedThreads.user("master", "state").newThread(this::run);
  }

  @Override
  public void start() {
    nextTickNs = clock.monotonicNs();
    thread.start();
  }

  @Override
  public boolean offer(Runnable task) {
    return !stopping && queue.offer(task);
  }

  @Override
  public void hand(Runnable task) {
    if (Thread.currentThread() == thread) {
      // To wait for a place in its own queue would be to wait for ever.
      ownTasks.add(task);
      return;
    }
    try {
      while (!stopping && !queue.offer(task, 1, TimeUnit.SECONDS)) {
        // The queue is full: whoever waits here is the back-pressure.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while handing a task to the master", e);
    }
  }

  @Override
  public int queued() {
    return queue.size();
  }

  private void run() {
    List<Runnable> group = new ArrayList<>(MAX_GROUP);
    while (!stopping) {
      runGroup(group);
      long nowNs = clock.monotonicNs();
      if (nowNs - nextTickNs >= 0) {
        nextTickNs = nowNs + TICK_NS;
        agent.tick(nowNs);
      }
      agent.afterGroup();
    }
  }

  private void runGroup(List<Runnable> group) {
    try {
      for (Runnable own = ownTasks.poll(); own != null; own = ownTasks.poll()) {
        own.run();
      }
      long waitNs = Math.max(0, nextTickNs - clock.monotonicNs());
      Runnable first = queue.poll(Math.min(waitNs, TICK_NS), TimeUnit.NANOSECONDS);
      if (first == null) {
        return;
      }
      group.add(first);
      queue.drainTo(group, MAX_GROUP - 1);
      group.forEach(Runnable::run);
    } catch (InterruptedException e) {
      throw new IllegalStateException("the master's state thread was interrupted", e);
    } finally {
      group.clear();
    }
  }

  /** Ends the thread after the group that is running. */
  @Override
  public void close() {
    stopping = true;
    try {
      thread.join(CLOSE_TIMEOUT_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new IllegalStateException(
          "the master's state thread did not end within " + CLOSE_TIMEOUT_MS + " ms");
    }
  }
}
