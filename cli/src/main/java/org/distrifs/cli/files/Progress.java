package org.distrifs.cli.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress of copying one file, if it is large and standard error is a terminal. */
final class Progress implements AutoCloseable {

  private static final long MIN_BYTES = 64L << 20;
  private static final long MIB = 1 << 20;
  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private final ProgressBar bar;

  private Progress(ProgressBar bar) {
    this.bar = bar;
  }

  /** Shows nothing: for a file of unknown size, or when nobody watches. */
  static Progress none() {
    return new Progress(null);
  }

  /**
   * @param name of the file, for people
   */
  static Progress of(String name, long bytes) {
    if (bytes < MIN_BYTES || !standardErrorIsTerminal()) {
      return none();
    }
    return new Progress(
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(bytes)
            .setUnit(" MiB", MIB)
            .setStyle(ProgressBarStyle.ASCII)
            .showSpeed()
            .build());
  }

  void advance(long bytes) {
    if (bar != null) {
      bar.stepBy(bytes);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  private static boolean standardErrorIsTerminal() {
    try {
      String target = Files.readSymbolicLink(STANDARD_ERROR).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      // Standard error is not a terminal that can be drawn on.
      return false;
    }
  }
}
