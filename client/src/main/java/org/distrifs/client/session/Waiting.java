package org.distrifs.client.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** How a thread waits for what others do: in real time, or in that of a simulation. */
public interface Waiting {

  /** As the JDK does. */
  Waiting REAL =
      new Waiting() {
        @Override
        public <T> T get(Supplier<CompletableFuture<T>> begin, long boundMs)
            throws InterruptedException, ExecutionException, TimeoutException {
          return begin.get().get(boundMs, TimeUnit.MILLISECONDS);
        }

        @Override
        public void pause(long durationMs) throws InterruptedException {
          TimeUnit.MILLISECONDS.sleep(durationMs);
        }
      };

  /**
   * Begins something and waits for its value, as {@link CompletableFuture#get(long, TimeUnit)}. In
   * one call, so that who waits may also do the work.
   *
   * @param begin must not block
   */
  <T> T get(Supplier<CompletableFuture<T>> begin, long boundMs)
      throws InterruptedException, ExecutionException, TimeoutException;

  /**
   * Names who knows whether answers are on their way which nobody may be waiting for.
   *
   * @param isExpecting asked on any thread; must not block
   */
  default void expect(BooleanSupplier isExpecting) {}

  /** Waits for so long. */
  void pause(long durationMs) throws InterruptedException;
}
