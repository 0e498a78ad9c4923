package org.distrifs.client.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.distrifs.proto.connection.IoThreads;

/** Waits by serving the client's sockets, on which what is waited for comes. Thread-safe. */
public final class SocketWaiting implements Waiting {
  private final IoThreads io;

  /**
   * @param io stays the caller's
   */
  public SocketWaiting(IoThreads io) {
    this.io = io;
  }

  @Override
  public <T> T get(Supplier<CompletableFuture<T>> begin, long boundMs)
      throws InterruptedException, ExecutionException, TimeoutException {
    return io.await(begin, boundMs);
  }

  @Override
  public void expect(BooleanSupplier isExpecting) {
    io.expect(isExpecting);
  }

  @Override
  public void pause(long durationMs) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(durationMs);
  }
}
