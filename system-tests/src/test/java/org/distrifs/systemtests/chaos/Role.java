package org.distrifs.systemtests.chaos;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.distrifs.systemtests.cluster.Command;

/**
 * One role of the cluster, and the process that plays it at the moment, if any. One thread starts
 * and ends it, others may ask whether it runs.
 */
final class Role {
  private static final long END_BOUND_S = 20;

  /** Nine JVMs share a small machine. */
  private static final String JVM_FLAGS = "-Xmx320m";

  private final String name;
  private final String address;
  private final List<String> command;
  private final Path log;
  private volatile Process process;

  /**
   * @param command of the packaged distribution
   */
  Role(String name, String address, List<String> command, Path log) {
    this.name = name;
    this.address = address;
    this.command = List.copyOf(command);
    this.log = log;
  }

  String name() {
    return name;
  }

  String address() {
    return address;
  }

  boolean runs() {
    return process != null && process.isAlive();
  }

  /** Starts it if it does not run; does not wait until it answers. */
  void start() {
    if (runs()) {
      return;
    }
    final List<String> inside = new ArrayList<>(Links.inside(name));
    inside.addAll(command);
    final ProcessBuilder builder =
        new ProcessBuilder(inside)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("DISTRIFS_JAVA_OPTS", JVM_FLAGS);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name, e);
    }
  }

  /** {@code kill -9}; returns when the process is gone. */
  void kill() {
    end("KILL");
  }

  /** SIGTERM; returns when the process is gone. */
  void stop() {
    end("TERM");
  }

  private void end(String signal) {
    if (!runs()) {
      return;
    }
    signal(signal);
    try {
      if (!process.waitFor(END_BOUND_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(name + " did not end within " + END_BOUND_S + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + name + " ends", e);
    }
  }

  /** SIGSTOP. */
  void pause() {
    signal("STOP");
  }

  /** SIGCONT; does nothing to a process that was not stopped. */
  void resume() {
    signal("CONT");
  }

  private void signal(String signal) {
    if (runs()) {
      // It may have ended by itself in between, so its success is not expected.
      Command.run("kill", "-" + signal, Long.toString(process.pid()));
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
