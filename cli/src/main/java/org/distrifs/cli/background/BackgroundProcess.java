package org.distrifs.cli.background;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts programs in a session of their own, so that they outlive the terminal and do not get its
 * interrupts.
 */
public final class BackgroundProcess {

  /** A log that is larger than this is renamed at the next start. One older log is kept. */
  private static final long MAX_LOG_BYTES = 64L << 20;

  private BackgroundProcess() {}

  /**
   * Starts a program.
   *
   * @param command program and arguments
   * @param folder its working directory
   * @param log what it prints is appended there; a large one is renamed to {@code LOG.1} first
   * @return the process of the program itself
   */
  public static Process start(List<String> command, Path folder, Path log) throws IOException {
    // setsid(1) executes the command in its own process, without a fork, since a new child leads no
    // process group. So the pid is that of the command.
    List<String> detached = new ArrayList<>(List.of("setsid"));
    detached.addAll(command);
    setAsideIfLarge(log);
    return new ProcessBuilder(detached)
        .directory(folder.toFile())
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private static void setAsideIfLarge(Path log) throws IOException {
    if (Files.isRegularFile(log) && Files.size(log) > MAX_LOG_BYTES) {
      Files.move(
          log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
