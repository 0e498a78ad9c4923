package org.distrifs.simulation.scheduler;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.distrifs.client.session.Waiting;

/**
 * Runs calls that block. Each call has a thread, which runs only while the scheduler's thread waits
 * for it. So only one thread runs at a time, and a run stays a function of its seed. A blocked call
 * checks its condition again and again in simulated time.
 */
public final class SimWaiting implements Waiting {
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(10);

  private final SimProcess process;
  private final Set<Call> calls = new HashSet<>();
  private final ThreadLocal<Call> current = new ThreadLocal<>();

  public SimWaiting(SimProcess process) {
    this.process = process;
  }

  /** Runs work that may wait through this object. To be called on the scheduler's thread. */
  public <T> CompletableFuture<T> run(Callable<T> work) {
    CompletableFuture<T> end = new CompletableFuture<>();
    Call call = new Call();
    calls.add(call);
    Thread thread =
        new Thread(
            () -> {
              call.turn.acquireUninterruptibly();
              current.set(call);
              try {
                end.complete(work.call());
              } catch (Exception | Error e) {
                end.completeExceptionally(e);
              } finally {
                calls.remove(call);
                call.world.release();
              }
            },
            process + " call");
    thread.setDaemon(true);
    thread.start();
    call.goOn();
    return end;
  }

  /** Ends the calls that still wait, when the run is over. */
  public void abandon() {
    for (Call call : Set.copyOf(calls)) {
      call.abandoned = true;
      call.goOn();
    }
  }

  /** One call. Its thread and the scheduler's thread run in turn. */
  private final class Call {
    private final Semaphore turn = new Semaphore(0);
    private final Semaphore world = new Semaphore(0);
    private boolean abandoned;

    void goOn() {
      turn.release();
      world.acquireUninterruptibly();
    }

    void standStill(long durationNs) throws InterruptedException {
      if (!abandoned) {
        process.scheduler().after(durationNs, process, this::goOn);
        world.release();
        turn.acquireUninterruptibly();
      }
      if (abandoned) {
        throw new InterruptedException("the run is over");
      }
    }
  }

  @Override
  public <T> T get(Supplier<CompletableFuture<T>> begin, long boundMs)
      throws InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture<T> future = begin.get();
    long endNs = process.scheduler().nowNs() + TimeUnit.MILLISECONDS.toNanos(boundMs);
    while (!future.isDone()) {
      long leftNs = endNs - process.scheduler().nowNs();
      if (leftNs <= 0) {
        throw new TimeoutException();
      }
      current.get().standStill(Math.min(leftNs, LOOK_NS));
    }
    return future.get();
  }

  @Override
  public void pause(long durationMs) throws InterruptedException {
    current.get().standStill(TimeUnit.MILLISECONDS.toNanos(durationMs));
  }
}
