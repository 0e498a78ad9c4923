package org.distrifs.simulation.scheduler;

import java.util.PriorityQueue;

/**
 * The one queue of everything that will happen, in the order of simulated time; what is due at the
 * same moment happens in the order in which it was asked for. Nothing else makes anything happen,
 * so a run is a function of its seed. Belongs to one thread.
 */
public final class Scheduler {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** Something that will happen to a process, or, without one, to the world. */
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

  /** Events that happened. */
  public long steps() {
    return steps;
  }

  /** A number that two runs share only if the same things happened in them at the same times. */
  public long trace() {
    return trace;
  }

  /** Adds what is seen of an event to the trace. */
  public void note(long seen) {
    trace = Long.rotateLeft((trace ^ seen ^ nowNs) * GOLDEN, 29);
  }

  /**
   * Makes something happen to a process: not if it is dead by then, and only when it goes on if it
   * is stopped.
   *
   * @param owner null for what happens in any case
   * @param delayNs 0 or more
   */
  public void after(long delayNs, SimProcess owner, Runnable action) {
    queue.add(new Event(nowNs + Math.max(0, delayNs), nextNumber++, owner, action));
  }

  /** Lets happen what is due up to a moment, which it is then. */
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
