package org.distrifs.simulation.cluster;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.service.MasterLoop;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.simulation.scheduler.SimProcess;
import org.distrifs.simulation.scheduler.SimTimer;

/** The master's loop, run as events of its process: each event runs a group of tasks. */
final class SimMasterLoop implements MasterLoop {

  private static final long WAKE_NS = 10_000;
  private static final long TICK_MS = 100;

  private final SimProcess process;
  private final ClockSource clock;
  private final Agent agent;
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private boolean awake;

  SimMasterLoop(SimProcess process, ClockSource clock, Agent agent) {
    this.process = process;
    this.clock = clock;
    this.agent = agent;
  }

  @Override
  public void start() {
    new SimTimer(process).scheduleWithFixedDelay(this::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
    wake();
  }

  private void tick() {
    agent.tick(clock.monotonicNs());
    agent.afterGroup();
  }

  @Override
  public boolean offer(Runnable task) {
    hand(task);
    return true;
  }

  @Override
  public void hand(Runnable task) {
    tasks.add(task);
    wake();
  }

  @Override
  public void leave(Runnable task) {
    hand(task);
  }

  private void wake() {
    if (!awake) {
      awake = true;
      process.scheduler().after(WAKE_NS, process, this::runGroup);
    }
  }

  private void runGroup() {
    awake = false;
    int group = tasks.size();
    for (int i = 0; i < group; i++) {
      tasks.remove().run();
    }
    agent.afterGroup();
  }

  @Override
  public int queued() {
    return tasks.size();
  }

  @Override
  public void close() {
    // There is nothing to close: it ends with its process.
  }
}
