package org.distrifs.runtime.lifecycle;

import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process at once when an essential part of it has died: a failed sync of the journal, a
 * listener that is gone, a thread that no one expected to end. No shutdown hooks run and nothing is
 * flushed, exactly as after {@code kill -9}, which every role survives by design; others see a
 * refused connection rather than a half-dead peer.
 */
public final class ProcessHalt {

  /** The exit status of a process that halted itself: {@value}. */
  public static final int EXIT_CODE = 3;

  /** What is done after the reason is logged. */
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
   * For tests: does something else than ending the process, until the returned handle is closed.
   * The action is one for the whole process, so such tests must not run side by side.
   */
  public static Replacement replaceForTest(Action replacement) {
    Action previous = action;
    action = Objects.requireNonNull(replacement);
    return () -> action = previous;
  }

  /** Puts the former action back when closed. */
  @FunctionalInterface
  public interface Replacement extends AutoCloseable {
    @Override
    void close();
  }
}
