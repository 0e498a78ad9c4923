package org.distrifs.datanode.server;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.distrifs.proto.frame.Status;

/**
 * One attempt to make the replica of a chunk equal to another's. When it is stopped, because the
 * replica is fenced anew, copied anew or deleted, not one more step of it is begun: what comes
 * after works on a replica that nobody else changes.
 */
final class Transfer {
  private boolean stopped;

  synchronized void stop() {
    stopped = true;
  }

  /**
   * Begins a step, unless this was stopped.
   *
   * @param step hands an operation to the store; returns at once
   */
  synchronized <T> CompletableFuture<T> step(Supplier<CompletableFuture<T>> step) {
    if (stopped) {
      return CompletableFuture.failedFuture(
          new Failures.PeerRefusal(
              Status.SUPERSEDED, "another command for this chunk came in between"));
    }
    return step.get();
  }
}
