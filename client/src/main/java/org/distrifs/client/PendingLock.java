package org.distrifs.client;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A lock that was asked for. Thread-safe. */
public interface PendingLock {

  /**
   * Completes, never with a failure, when the lock was granted or refused; on a thread that must
   * not be blocked.
   */
  CompletableFuture<Void> decided();

  /**
   * Waits until the lock is granted or refused. Before this returns, reads through this process see
   * all that was committed before the lock was granted.
   *
   * @return the file's change counter when it was last changed by others, as far as this process
   *     knows: what was read of it before that may be older
   * @throws IOException {@code EAGAIN} if it is in the way of others' locks and does not wait,
   *     {@code EDEADLK}, {@code ENOLCK}; {@code EINTR} after {@link #interrupt}; {@code EIO}
   */
  long result() throws IOException;

  /** Its caller does not want to wait any more: it is decided soon, granted or not. */
  void interrupt();
}
