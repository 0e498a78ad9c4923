package org.distrifs.simulation.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** One run of a simulated process. What was to happen to it does not happen when it is dead. */
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

  /** Has something done when it dies: what a kernel does for a process that is gone. */
  public void whenDead(Runnable action) {
    whenDead.add(action);
  }

  /** Ends it, as {@code kill -9}. */
  public void kill() {
    if (alive) {
      alive = false;
      held.clear();
      whenDead.forEach(Runnable::run);
      whenDead.clear();
    }
  }

  /** Stops it, as SIGSTOP: its clock goes on. */
  public void pause() {
    paused = true;
  }

  /** Lets it go on, with everything that came meanwhile. */
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
