package org.distrifs.client.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How a thread waits for what others do: in real time, or in that of a simulation. */
public interface Waiting {

  /** As the JDK does. */
  Waiting REAL =
      new Waiting() {
        @Override
        public <T> T get(CompletableFuture<T> future, long boundMs)
            throws InterruptedException, ExecutionException, TimeoutException {
          return future.get(boundMs, TimeUnit.MILLISECONDS);
        }

        @Override
        @SuppressWarnings("WaitNotInLoop") // The caller's loop is around this.
        public void await(ReentrantLock lock, Condition signal, long boundNs)
            throws InterruptedException {
          signal.awaitNanos(boundNs);
        }

        @Override
        public void pause(long durationMs) throws InterruptedException {
          TimeUnit.MILLISECONDS.sleep(durationMs);
        }
      };

  /** The value of a future, as {@link CompletableFuture#get(long, TimeUnit)}. */
  <T> T get(CompletableFuture<T> future, long boundMs)
      throws InterruptedException, ExecutionException, TimeoutException;

  /**
   * Waits for a signal, for at most so long; may return for no reason, so it is called in a loop.
   *
   * @param lock of the condition, held by the caller; given up meanwhile
   */
  void await(ReentrantLock lock, Condition signal, long boundNs) throws InterruptedException;

  /** Waits for so long. */
  void pause(long durationMs) throws InterruptedException;
}
