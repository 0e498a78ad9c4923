package org.distrifs.simulation.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** One run of a simulated process. The scheduler drops the events of a dead process. */
public final class SimProcess {

  private final String name;
  private final Scheduler scheduler;
  private final Queue<Runnable> held = new ArrayDeque<>();
  private final List<Runnable> whenDead = new ArrayList<>();
  private boolean alive = true;
  private boolean paused;

  public SimProcess(String name, Scheduler scheduler) {
    this.name = name;
    this.scheduler = scheduler;
  }

  public Scheduler scheduler() {
    return scheduler;
  }

  public boolean isAlive() {
    return alive;
  }

  public boolean isPaused() {
    return paused;
  }

  /** Runs an action when the process dies, as a kernel cleans up after a process. */
  public void whenDead(Runnable action) {
    whenDead.add(action);
  }

  /** Ends the process, as {@code kill -9} does. */
  public void kill() {
    if (alive) {
      alive = false;
      held.clear();
      whenDead.forEach(Runnable::run);
      whenDead.clear();
    }
  }

  /** Pauses the process, as SIGSTOP does. Its clock goes on. */
  public void pause() {
    paused = true;
  }

  /** Continues the process, and runs the events that became due meanwhile. */
  public void resume() {
    paused = false;
    for (Runnable action = held.poll(); action != null; action = held.poll()) {
      scheduler.after(0, this, action);
    }
  }

  void hold(Runnable action) {
    held.add(action);
  }

  @Override
  public String toString() {
    return name;
  }
}
