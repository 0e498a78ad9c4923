package org.distrifs.cli.role;

import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * A signal that asks this process to end: SIGTERM, SIGINT or SIGHUP. The JVM itself would run
 * shutdown hooks side by side and then exit with 128 + the signal; a role stops its parts in order,
 * and exits with 0. A second SIGINT ends the process at once, for somebody who does not want to
 * wait.
 */
final class StopSignal {

  private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);
  private static final String INTERRUPT = "INT";
  private static final int INTERRUPTED_EXIT_CODE = 130;

  private final CompletableFuture<String> arrived = new CompletableFuture<>();

  private StopSignal() {}

  /**
   * Takes over the signals: from now on they only complete {@link #arrived}. To be called once in a
   * process.
   */
  static StopSignal install() {
    StopSignal stop = new StopSignal();
    // The JVM keeps a signal ignored that was ignored when the process started, as by nohup(1).
    for (String name : new String[] {"TERM", INTERRUPT, "HUP"}) {
      Signal.handle(new Signal(name), stop::handle);
    }
    return stop;
  }

  /** Completes with the name of the first signal when that arrives. */
  CompletableFuture<String> arrived() {
    return arrived;
  }

  /** Waits, without bound, for the first signal. */
  void await() {
    arrived.join();
  }

  private void handle(Signal signal) {
    if (arrived.complete(signal.getName())) {
      LOG.info("Stopping on SIG{}", signal.getName());
    } else if (signal.getName().equals(INTERRUPT)) {
      Runtime.getRuntime().halt(INTERRUPTED_EXIT_CODE);
    }
  }
}
