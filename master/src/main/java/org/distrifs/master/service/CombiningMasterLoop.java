package org.distrifs.master.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.distrifs.runtime.lifecycle.ProcessHalt;

/**
 * Runs a task on the thread that hands it over if no task runs at that moment, and otherwise on the
 * thread that runs tasks already ("flat combining", Hendler et al., SPAA 2010). So an operation on
 * a quiet master is carried out and answered by the I/O thread that received it, without waking
 * another.
 *
 * <p>The <em>turn</em> is the right to run tasks; one thread has it at a time. Who borrows it gives
 * it up after {@link #MAX_BORROWED_NS}, to a thread of the loop's own, which goes on for as long as
 * tasks wait: an I/O thread has its own connections to serve. That thread also does the ticks.
 */
final class CombiningMasterLoop implements MasterLoop {

  /** Tasks that wait at most. */
  static final int MAX_QUEUED = 65_536;

  /** Tasks that run before what they produced is sent on. */
  static final int MAX_GROUP = 512;

  static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How long a thread that is not the loop's own goes on to run tasks of others. */
  static final long MAX_BORROWED_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long CLOSE_TIMEOUT_MS = 10_000;

  private final ClockSource clock;
  private final Agent agent;
  private final Thread ownThread;
  private final Object lock = new Object();

  /** Guarded by {@link #lock}, as are the next two. Empty when nobody has the turn. */
  private final Queue<Runnable> queue = new ArrayDeque<>();

  /** Who has the turn, or null. Before {@link #start} the thread that does not run yet. */
  private Thread holder;

  private boolean stopping;

  /** What follows belongs to whoever has the turn. */
  private final List<Runnable> group = new ArrayList<>(MAX_GROUP);

  private long nextTickNs;

  CombiningMasterLoop(ClockSource clock, Agent agent) {
    this.clock = clock;
    this.agent = agent;
    ownThread = NamedThreads.user("master", "state").newThread(this::runOwn);
    holder = ownThread;
  }

  @Override
  public void start() {
    nextTickNs = clock.monotonicNs();
    ownThread.start();
  }

  @Override
  public boolean offer(Runnable task) {
    synchronized (lock) {
      if (stopping || queue.size() >= MAX_QUEUED) {
        return false;
      }
      queue.add(task);
      if (holder != null) {
        return true;
      }
      holder = Thread.currentThread();
    }
    runBorrowed();
    return true;
  }

  @Override
  public void hand(Runnable task) {
    boolean hasTurn;
    synchronized (lock) {
      hasTurn = addWhenThereIsRoom(task) && holder == null;
      if (hasTurn) {
        holder = Thread.currentThread();
      }
    }
    if (hasTurn) {
      runBorrowed();
    }
  }

  @Override
  public void leave(Runnable task) {
    synchronized (lock) {
      if (addWhenThereIsRoom(task) && holder == null) {
        holder = ownThread;
        lock.notifyAll();
      }
    }
  }

  /** Under the lock. False when the loop ends. */
  private boolean addWhenThereIsRoom(Runnable task) {
    // Who has the turn does not wait for a place: nobody else would make one.
    while (!stopping && queue.size() >= MAX_QUEUED && holder != Thread.currentThread()) {
      awaitChange(TICK_NS);
    }
    return !stopping && queue.add(task);
  }

  @Override
  public int queued() {
    synchronized (lock) {
      return queue.size();
    }
  }

  private void runBorrowed() {
    long endNs = clock.monotonicNs() + MAX_BORROWED_NS;
    do {
      runGroup();
    } while (goesOn(endNs));
  }

  /** Gives the turn up if nothing waits, and leaves it to the loop's own thread when time is up. */
  private boolean goesOn(long endNs) {
    synchronized (lock) {
      long nowNs = clock.monotonicNs();
      if (stopping || isTickDue(nowNs) || (nowNs - endNs >= 0 && !queue.isEmpty())) {
        holder = ownThread;
        lock.notifyAll();
        return false;
      }
      if (queue.isEmpty()) {
        holder = null;
        return false;
      }
      return true;
    }
  }

  private void runOwn() {
    do {
      long nowNs = clock.monotonicNs();
      if (isTickDue(nowNs)) {
        nextTickNs = nowNs + TICK_NS;
        agent.tick(nowNs);
      }
      runGroup();
    } while (awaitOwnTurn());
  }

  /**
   * Waits until the turn is left to the loop's own thread, or nobody has it and a tick is due.
   *
   * @return false when the loop ends; nobody gets the turn any more
   */
  private boolean awaitOwnTurn() {
    synchronized (lock) {
      if (queue.isEmpty() && !stopping) {
        holder = null;
      }
      while (holder != ownThread) {
        long leftNs = nextTickNs - clock.monotonicNs();
        if (holder == null && (stopping || leftNs <= 0)) {
          holder = ownThread;
        } else {
          // While another has the turn, that one leaves it to this thread when a tick is due.
          awaitChange(leftNs <= 0 ? TICK_NS : Math.min(leftNs, TICK_NS));
        }
      }
      return !stopping;
    }
  }

  private boolean isTickDue(long nowNs) {
    return nowNs - nextTickNs >= 0;
  }

  private void runGroup() {
    synchronized (lock) {
      if (queue.size() >= MAX_QUEUED) {
        lock.notifyAll();
      }
      while (group.size() < MAX_GROUP && !queue.isEmpty()) {
        group.add(queue.remove());
      }
    }
    try {
      group.forEach(Runnable::run);
      group.clear();
      agent.afterGroup();
    } catch (RuntimeException | Error e) {
      // An I/O thread would close one call and go on, with a state that is half changed.
      endAfterFailure();
      ProcessHalt.now("A task of the master's loop has failed", e);
      throw e;
    }
  }

  /** Nobody gets the turn any more, and the loop's own thread ends. */
  private void endAfterFailure() {
    synchronized (lock) {
      stopping = true;
      holder = ownThread;
      lock.notifyAll();
    }
  }

  /** Waits under the lock for a change of what it guards, or for the time to pass. */
  private void awaitChange(long maxNs) {
    try {
      TimeUnit.NANOSECONDS.timedWait(lock, maxNs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the master's loop", e);
    }
  }

  /** Waits for the group that is running; what is queued then is dropped. */
  @Override
  public void close() {
    synchronized (lock) {
      stopping = true;
      lock.notifyAll();
    }
    try {
      ownThread.join(CLOSE_TIMEOUT_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (ownThread.isAlive()) {
      throw new IllegalStateException(
          "the master's loop did not end within " + CLOSE_TIMEOUT_MS + " ms");
    }
  }
}
