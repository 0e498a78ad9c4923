package org.distrifs.cli.background;

import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.runtime.lifecycle.OperatorException;

/** The unpacked distribution that this process was started from. */
public final class Distribution {

  /** Set by {@code bin/distrifs}: the folder of the distribution. */
  private static final String HOME_PROPERTY = "distrifs.home";

  private Distribution() {}

  /**
   * Its {@code bin/distrifs}.
   *
   * @throws OperatorException if this process was not started by it
   */
  public static Path program() {
    String home = System.getProperty(HOME_PROPERTY, "");
    Path program = Path.of(home, "bin", "distrifs").toAbsolutePath();
    if (home.isEmpty() || !Files.isExecutable(program)) {
      throw new OperatorException(
          "Cannot start roles: this command does not know the distribution it belongs to. Run it by its bin/distrifs.");
    }
    return program;
  }
}
