package org.distrifs.simulation.scheduler;

import java.util.PriorityQueue;

/**
 * The queue of all future events, in the order of simulated time. Events of the same moment happen
 * in the order in which they were added. Nothing happens outside of this queue, so a run is a
 * function of its seed. Confined to one thread.
 */
public final class Scheduler {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** A future event. It belongs to a process, or to none. */
  private record Event(long timeNs, long number, SimProcess owner, Runnable action)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(timeNs, other.timeNs);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private long nowNs;
  private long nextNumber;
  private long steps;
  private long trace;

  public long nowNs() {
    return nowNs;
  }

  /** How many events have happened. */
  public long steps() {
    return steps;
  }

  /** A hash of all events and their times. Two runs with equal traces were the same. */
  public long trace() {
    return trace;
  }

  /** Adds a detail of an event to the trace. */
  public void note(long seen) {
    trace = Long.rotateLeft((trace ^ seen ^ nowNs) * GOLDEN, 29);
  }

  /**
   * Adds an event. It is dropped if its process is dead by then, and delayed while the process is
   * paused.
   *
   * @param owner null for an event that belongs to no process and always happens
   * @param delayNs 0 or more
   */
  public void after(long delayNs, SimProcess owner, Runnable action) {
    queue.add(new Event(nowNs + Math.max(0, delayNs), nextNumber++, owner, action));
  }

  /** Runs all events up to a moment, and sets the time to it. */
  public void runUntil(long untilNs) {
    while (!queue.isEmpty() && queue.peek().timeNs <= untilNs) {
      step();
    }
    nowNs = Math.max(nowNs, untilNs);
  }

  private void step() {
    Event event = queue.poll();
    nowNs = event.timeNs;
    SimProcess owner = event.owner;
    if (owner != null && !owner.isAlive()) {
      return;
    }
    if (owner != null && owner.isPaused()) {
      owner.hold(event.action);
      return;
    }
    steps++;
    event.action.run();
  }
}
