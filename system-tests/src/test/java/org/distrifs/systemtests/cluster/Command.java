package org.distrifs.systemtests.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs programs as a user would, each with a bound. A program that exceeds it is ended, and the
 * test fails.
 */
public final class Command {
  /** Long enough for the slowest single program of these tests on a busy machine. */
  public static final Duration BOUND = Duration.ofMinutes(5);

  /**
   * The result of a program.
   *
   * @param output of both streams, in the order of arrival
   */
  public record Result(List<String> command, int exitStatus, String output) {
    /** Fails the test unless the program exited with 0. */
    public Result expectSuccess() {
      if (exitStatus != 0) {
        throw new AssertionError(command + " exited with " + exitStatus + ":\n" + output);
      }
      return this;
    }
  }

  private Command() {}

  /** Runs a program with the default bound. */
  public static Result run(String... command) {
    return run(BOUND, List.of(command));
  }

  /** Runs a script with {@code sh -ec}; its arguments are {@code $1}, {@code $2} … */
  public static Result shell(String script, Object... arguments) {
    return shell(BOUND, script, arguments);
  }

  public static Result shell(Duration bound, String script, Object... arguments) {
    final List<String> command = new ArrayList<>(List.of("sh", "-ec", script, "sh"));
    for (final Object argument : arguments) {
      command.add(argument.toString());
    }
    return run(bound, command);
  }

  public static Result run(Duration bound, List<String> command) {
    try {
      final Path output = Files.createTempFile("command-", ".out");
      try {
        final Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          throw new AssertionError(
              command + " did not end within " + bound + "; so far it said:\n" + text(output));
        }
        return new Result(command, process.exitValue(), text(output));
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + command, e);
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
