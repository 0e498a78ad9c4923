package org.distrifs.systemtests.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Shell;

/**
 * One role of the cluster, and its process, if it runs. One thread starts and ends it; others may
 * ask whether it runs.
 */
final class Role {
  private static final Duration END_BOUND = Duration.ofSeconds(30);

  /** Nine JVMs share a small machine, and live for minutes. */
  private static final String JVM_FLAGS = "DISTRIFS_JAVA_OPTS='-Xmx320m -XX:TieredStopAtLevel=1'";

  private final String name;
  private final String address;
  private final String command;
  private final Shell shell;
  private volatile long pid;

  /**
   * @param command of the packaged distribution
   */
  Role(String name, String address, List<String> command, Path log, Shell shell) {
    this.name = name;
    this.address = address;
    this.shell = shell;
    this.command =
        Stream.concat(Links.inside(name).stream(), command.stream())
            .map(Shell::quoted)
            .collect(
                // Started by a subshell that ends at once, so that the first process of the
                // namespace becomes its parent and reaps it.
                Collectors.joining(
                    " ", "( " + JVM_FLAGS + " ", " >>" + Shell.quoted(log) + " 2>&1 & echo $! )"));
  }

  String name() {
    return name;
  }

  String address() {
    return address;
  }

  boolean runs() {
    return pid != 0 && Files.exists(Path.of("/proc", Long.toString(pid)));
  }

  /** Starts it if it does not run; does not wait until it answers. */
  void start() {
    if (!runs()) {
      pid = Long.parseLong(shell.run(command));
    }
  }

  /** {@code kill -9}; returns when the process is gone. */
  void kill() throws Exception {
    end("KILL");
  }

  /** {@code kill -9}, without waiting. */
  void signalKill() {
    signal("KILL");
  }

  /** SIGTERM; returns when the process is gone. */
  void stop() throws Exception {
    end("TERM");
  }

  private void end(String signal) throws Exception {
    signal(signal);
    Await.until(name + " has ended", END_BOUND, () -> !runs());
  }

  /** SIGSTOP. */
  void pause() {
    signal("STOP");
  }

  /** SIGCONT; has no effect on a process that is not stopped. */
  void resume() {
    signal("CONT");
  }

  private void signal(String signal) {
    if (runs()) {
      // It may have ended by itself meanwhile.
      shell.run("kill -" + signal + " " + pid + " 2>/dev/null || true");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
