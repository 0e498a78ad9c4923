package org.distrifs.master.service;

import org.distrifs.runtime.clock.ClockSource;

/**
 * Runs what belongs to the master's state, one task at a time, in the order in which tasks were
 * handed over; after each group of them the {@link Agent} sends on what they produced, so that many
 * operations share one append to the journal and one message. Seam: the threads that hand tasks
 * over in production, the scheduler in the simulation.
 *
 * <p>A task may run on any thread, and that of an I/O loop is the rule: it must not block. What one
 * task wrote, the next one sees, whichever threads they run on.
 */
public interface MasterLoop extends AutoCloseable {

  /** What is done besides the tasks. */
  interface Agent {
    /** A group of tasks has run: send on what they produced. */
    void afterGroup();

    /** Time has passed: called some ten times a second. */
    void tick(long nowNs);
  }

  /** Makes the loop of a master. */
  interface Factory {
    MasterLoop make(ClockSource clock, Agent agent);
  }

  void start();

  /**
   * Hands a task over, which may have run when this returns; called by a task, it runs later.
   *
   * @return false, and nothing is done, when the queue is full or the loop ends
   */
  boolean offer(Runnable task);

  /**
   * As {@link #offer}, for a task that must not be lost: waits for a place if need be. Tasks are
   * dropped only when the loop ends.
   */
  void hand(Runnable task);

  /** As {@link #hand}, for a caller who has more urgent things to do: it never runs the task. */
  void leave(Runnable task);

  /** Tasks that wait. */
  int queued();

  /** Ends after the group that is running; what waits is dropped. */
  @Override
  void close();
}
