package org.distrifs.master.service;

import org.distrifs.runtime.clock.ClockSource;

/**
 * Runs what belongs to the master's state, one task at a time, in the order in which tasks were
 * handed over; after each group of them the {@link Agent} sends on what they produced, so that many
 * operations share one append to the journal and one message. Seam: a thread of its own in
 * production, the scheduler in the simulation.
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

  /** Hands a task over; false, and nothing is done, when the queue is full or the loop ends. */
  boolean offer(Runnable task);

  /**
   * Hands a task over that must not be lost, waiting for a place if need be. Tasks are dropped only
   * when the loop ends.
   */
  void hand(Runnable task);

  /** Tasks that wait. */
  int queued();

  /** Ends after the group that is running; what waits is dropped. */
  @Override
  void close();
}
