package org.distrifs.cli.background;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.runtime.log.Logging;

/**
 * Starts programs in a session of their own, so that they outlive the terminal and do not get its
 * interrupts.
 */
public final class BackgroundProcess {

  /** Output that is larger than this is renamed at the next start. One older output is kept. */
  private static final long MAX_OUTPUT_BYTES = 1L << 20;

  private static final String LOG_ENDING = ".log";

  private BackgroundProcess() {}

  /**
   * Starts a program.
   *
   * @param command program and arguments
   * @param folder its working directory
   * @param log the log file, which the program gets in {@value Logging#FILE_VARIABLE}. What the
   *     program and its JVM print is appended to {@link #outputBeside}
   * @return the process of the program itself
   */
  public static Process start(List<String> command, Path folder, Path log) throws IOException {
    // setsid(1) executes the command in its own process, without a fork, since a new child leads no
    // process group. So the pid is that of the command.
    List<String> detached = new ArrayList<>(List.of("setsid"));
    detached.addAll(command);
    Path output = outputBeside(log);
    setAsideIfLarge(output);
    ProcessBuilder builder = new ProcessBuilder(detached);
    builder.environment().put(Logging.FILE_VARIABLE, log.toString());
    return builder
        .directory(folder.toFile())
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
        .start();
  }

  /** {@code ROLE.out} for {@code ROLE.log}. */
  static Path outputBeside(Path log) {
    String name = log.getFileName().toString();
    String stem =
        name.endsWith(LOG_ENDING) ? name.substring(0, name.length() - LOG_ENDING.length()) : name;
    return log.resolveSibling(stem + ".out");
  }

  private static void setAsideIfLarge(Path output) throws IOException {
    if (Files.isRegularFile(output) && Files.size(output) > MAX_OUTPUT_BYTES) {
      Files.move(
          output,
          output.resolveSibling(output.getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
