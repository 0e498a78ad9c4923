package org.distrifs.client.session;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** Waits for what other threads complete. */
public final class Replies {
  private Replies() {}

  /**
   * The value of a future that is bounded by its maker; the bound here is a second line of defence.
   *
   * @param attempted what is waited for, for the error's sentence
   * @throws IOException what the future failed with; {@code EINTR} when the thread is interrupted
   */
  public static <T> T await(CompletableFuture<T> future, long boundMs, String attempted)
      throws IOException {
    return await(Waiting.REAL, () -> future, boundMs, attempted);
  }

  /** As the other one, by another way to wait, of what is begun here. */
  public static <T> T await(
      Waiting waiting, Supplier<CompletableFuture<T>> begin, long boundMs, String attempted)
      throws IOException {
    try {
      return waiting.get(begin, boundMs);
    } catch (ExecutionException e) {
      throw asIoException(e, attempted);
    } catch (TimeoutException e) {
      throw new ErrnoException(
          Errno.EIO, attempted + ", which was not answered in " + boundMs + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, attempted, e);
    }
  }

  /** The failure of a future as what callers of the client get. */
  public static IOException asIoException(Throwable failure, String attempted) {
    Throwable cause = failure;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof IOException known
        ? known
        : new ErrnoException(Errno.EIO, attempted, cause);
  }
}
