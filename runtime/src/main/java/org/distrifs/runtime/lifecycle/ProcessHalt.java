package org.distrifs.runtime.lifecycle;

import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process at once when an essential part of it has failed: a sync of the journal failed, a
 * listener closed by itself, a thread ended unexpectedly. No shutdown hooks run and nothing is
 * flushed, exactly as after {@code kill -9}, which every role survives by design; other processes
 * then see a refused connection, rather than a peer that answers a part of their requests.
 */
public final class ProcessHalt {

  /** The exit status of a process that halted itself: {@value}. */
  public static final int EXIT_CODE = 3;

  /** What is done after the reason was logged. */
  @FunctionalInterface
  public interface Action {
    void halt(int exitCode, String reason);
  }

  private static final Logger LOG = LoggerFactory.getLogger(ProcessHalt.class);
  private static final Action HALT_RUNTIME =
      (exitCode, reason) -> Runtime.getRuntime().halt(exitCode);

  private static volatile Action action = HALT_RUNTIME;

  private ProcessHalt() {}

  /**
   * Logs the reason and ends the process with {@link #EXIT_CODE}. Returns only when a test has
   * replaced the action; callers must then still stop what they do.
   */
  public static void now(String reason) {
    now(reason, null);
  }

  /** As {@link #now(String)}, with the failure that caused it (may be null) in the log. */
  public static void now(String reason, Throwable cause) {
    try {
      LOG.error("This process halts: {}", reason, cause);
    } finally {
      action.halt(EXIT_CODE, reason);
    }
  }

  /**
   * For tests: replaces the action that ends the process, until the returned handle is closed. The
   * whole process has one action, so such tests must not run at the same time.
   */
  public static Replacement replaceForTest(Action replacement) {
    Action previous = action;
    action = Objects.requireNonNull(replacement);
    return () -> action = previous;
  }

  /** Restores the former action when it is closed. */
  @FunctionalInterface
  public interface Replacement extends AutoCloseable {
    @Override
    void close();
  }
}
