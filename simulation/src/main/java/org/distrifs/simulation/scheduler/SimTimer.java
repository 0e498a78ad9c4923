package org.distrifs.simulation.scheduler;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The timer and executor of one process. It runs each task as an event of the scheduler. */
public final class SimTimer extends AbstractExecutorService implements ScheduledExecutorService {

  private final SimProcess process;

  public SimTimer(SimProcess process) {
    this.process = process;
  }

  private static final class Scheduled<T> extends CompletableFuture<T>
      implements ScheduledFuture<T> {
    @Override
    public long getDelay(TimeUnit unit) {
      throw new UnsupportedOperationException("nobody asks a simulated timer for a delay");
    }

    @Override
    public int compareTo(Delayed other) {
      throw new UnsupportedOperationException("simulated timers are not compared");
    }
  }

  @Override
  public void execute(Runnable command) {
    process.scheduler().after(0, process, command);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return schedule(
        () -> {
          command.run();
          return null;
        },
        delay,
        unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    Scheduled<V> result = new Scheduled<>();
    process.scheduler().after(unit.toNanos(delay), process, () -> call(callable, result));
    return result;
  }

  private static <V> void call(Callable<V> callable, Scheduled<V> result) {
    if (result.isDone()) {
      return;
    }
    V value;
    try {
      value = callable.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a timer's task failed", e);
    }
    result.complete(value);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return scheduleWithFixedDelay(command, initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    Scheduled<Void> result = new Scheduled<>();
    long delayNs = unit.toNanos(delay);
    process
        .scheduler()
        .after(unit.toNanos(initialDelay), process, () -> repeat(command, delayNs, result));
    return result;
  }

  private void repeat(Runnable command, long delayNs, Scheduled<Void> until) {
    if (!until.isDone()) {
      command.run();
      process.scheduler().after(delayNs, process, () -> repeat(command, delayNs, until));
    }
  }

  @Override
  public void shutdown() {
    throw new UnsupportedOperationException("a simulated timer ends with its process");
  }

  @Override
  public List<Runnable> shutdownNow() {
    throw new UnsupportedOperationException("a simulated timer ends with its process");
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    throw new UnsupportedOperationException("nothing waits in a simulation");
  }
}
