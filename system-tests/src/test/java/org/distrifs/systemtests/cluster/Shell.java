package org.distrifs.systemtests.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A shell that runs commands for a JVM that has files of a mount open. To be started before the
 * first of them is opened.
 *
 * <p>Java closes all its files in each process that it starts, before the program begins. For a
 * file on FUSE that is a flush: it waits as long as the mount cannot answer. Thread-safe; one
 * command at a time.
 */
public final class Shell implements AutoCloseable {
  private static final String END = "end-of-command";
  private static final int BOUND_S = 120;

  private final Process process;
  private final Writer input;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  public Shell() throws IOException {
    process = new ProcessBuilder("sh").redirectErrorStream(true).start();
    input = process.outputWriter(StandardCharsets.UTF_8);
    final Thread pump = new Thread(this::pump, "shell");
    pump.setDaemon(true);
    pump.start();
  }

  private void pump() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      output.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      lines.add("the shell ended: " + e);
    }
  }

  /**
   * Runs a script in the shell itself.
   *
   * @return what it printed
   */
  public synchronized String run(String script) {
    try {
      input.write("{ " + script + "\n} </dev/null; echo " + END + " $?\n");
      input.flush();
      final StringBuilder output = new StringBuilder();
      while (true) {
        final String line = lines.poll(BOUND_S, TimeUnit.SECONDS);
        if (line == null) {
          throw new AssertionError(script + " did not end within " + BOUND_S + " s: " + output);
        }
        if (line.equals(END + " 0")) {
          return output.toString().strip();
        }
        if (line.startsWith(END)) {
          throw new AssertionError(script + " failed: " + output);
        }
        output.append(line).append('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the shell is gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in " + script, e);
    }
  }

  /** Quotes a word for the shell. */
  public static String quoted(Object word) {
    return "'" + word.toString().replace("'", "'\\''") + "'";
  }

  @Override
  public void close() {
    process.destroy();
  }
}
