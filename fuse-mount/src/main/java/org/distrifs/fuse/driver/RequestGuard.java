package org.distrifs.fuse.driver;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.distrifs.fuse.operations.Operation;
import org.distrifs.fuse.operations.OperationMetrics;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the work for each request: measures its time, and turns what it throws into a negative
 * errno. Thread-safe.
 */
public final class RequestGuard {
  private static final Logger LOG = LoggerFactory.getLogger(RequestGuard.class);

  /** Kinds of failure that are told apart in the log at most: {@value}. */
  private static final int MAX_KINDS = 1024;

  private static final int SUCCESS = 0;

  private final Map<String, Boolean> reported = new ConcurrentHashMap<>();
  private final OperationMetrics metrics;

  public RequestGuard(OperationMetrics metrics) {
    this.metrics = metrics;
  }

  /** The work for a request. */
  @FunctionalInterface
  public interface Work {
    /**
     * Returns 0 or more, or a negative errno for what is often asked for and often not there, such
     * as a name: that needs no exception.
     */
    int run() throws IOException;
  }

  /** Work whose only result is that it succeeded. */
  @FunctionalInterface
  public interface Task {
    void run() throws IOException;
  }

  public int answer(Operation operation, Work work) {
    return end(operation, begin(), work);
  }

  /** Work for a request begins whose end may come on another thread; tells when. */
  public long begin() {
    return metrics.begun();
  }

  /**
   * Ends the work for a request.
   *
   * @param begunNs what {@link #begin} told
   */
  public int end(Operation operation, long begunNs, Work work) {
    try {
      return work.run();
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EIO) {
        report(operation, e);
      }
      return -e.errno().code();
    } catch (Throwable e) { // An Error as well: the kernel must not take it for success.
      report(operation, e);
      return -Errno.EIO.code();
    } finally {
      metrics.ended(operation, begunNs);
    }
  }

  public int run(Operation operation, Task task) {
    return answer(
        operation,
        () -> {
          task.run();
          return SUCCESS;
        });
  }

  /** For what the kernel does not hear of. */
  public void report(Operation operation, Throwable failure) {
    metrics.failed(operation);
    String kind = operation + " " + failure.getClass().getName();
    boolean first = reported.size() < MAX_KINDS && reported.putIfAbsent(kind, true) == null;
    if (first && failure instanceof IOException) {
      LOG.warn(
          "{} failed: {}; said once for failures of this kind",
          operation.word(),
          failure.getMessage());
    } else if (first) {
      LOG.error(
          "{} failed unexpectedly; said once for failures of this kind", operation.word(), failure);
    } else {
      LOG.debug("{} failed", operation.word(), failure);
    }
  }
}
