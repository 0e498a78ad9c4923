package org.distrifs.client.write;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * The memory for unacknowledged bytes of all files together. Whoever finds none waits in turn.
 * Thread-safe.
 */
public final class WriteMemory {
  private final Semaphore available;
  private final int capacityBytes;

  public WriteMemory(int capacityBytes, WriteMetrics metrics) {
    this.capacityBytes = capacityBytes;
    this.available = new Semaphore(capacityBytes, true);
    metrics.watchBuffer(() -> capacityBytes - available.availablePermits());
  }

  /** Takes memory if there is some now. */
  boolean tryTake(int bytes) {
    return available.tryAcquire(bytes);
  }

  /**
   * Takes memory, waiting for acknowledgements to give some back.
   *
   * @throws ErrnoException {@code EIO} past the bound
   */
  void take(int bytes, long boundMs) throws ErrnoException {
    try {
      if (!available.tryAcquire(bytes, boundMs, TimeUnit.MILLISECONDS)) {
        throw new ErrnoException(
            Errno.EIO,
            "write, which waited %d ms for datanodes to acknowledge some of %d buffered bytes"
                .formatted(boundMs, capacityBytes - available.availablePermits()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, "write, waiting for buffer memory", e);
    }
  }

  void give(int bytes) {
    available.release(bytes);
  }
}
