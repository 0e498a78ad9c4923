package org.distrifs.fuse.driver.jnrfuse;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what a callback throws into the negative errno that libfuse expects. An exception that
 * passed a callback would be taken for success. Thread-safe.
 */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  /** Kinds of failure that are told apart in the log at most: {@value}. */
  private static final int MAX_KINDS = 1024;

  private static final int SUCCESS = 0;

  private final Map<String, Boolean> reported = new ConcurrentHashMap<>();

  /** A callback's work. */
  @FunctionalInterface
  interface Work {
    /** Returns what the callback returns, 0 or more. */
    int run() throws IOException;
  }

  /** A callback's work that has no answer but success. */
  @FunctionalInterface
  interface Task {
    void run() throws IOException;
  }

  int answer(String operation, Work work) {
    try {
      return work.run();
    } catch (ErrnoException e) {
      return -e.errno().code();
    } catch (Throwable e) { // Also an Error: it must not be taken for success.
      report(operation, e);
      return -Errno.EIO.code();
    }
  }

  int run(String operation, Task task) {
    return answer(
        operation,
        () -> {
          task.run();
          return SUCCESS;
        });
  }

  /** For what the kernel does not hear of. */
  void report(String operation, Throwable failure) {
    boolean first =
        reported.size() < MAX_KINDS
            && reported.putIfAbsent(operation + failure.getClass().getName(), true) == null;
    if (first && failure instanceof IOException) {
      LOG.warn("{} failed: {}; said once for failures of this kind", operation, failure.toString());
    } else if (first) {
      LOG.error("{} failed unexpectedly; said once for failures of this kind", operation, failure);
    } else {
      LOG.debug("{} failed", operation, failure);
    }
  }
}
