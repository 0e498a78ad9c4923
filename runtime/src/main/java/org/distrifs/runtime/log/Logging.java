package org.distrifs.runtime.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Locale;
import java.util.Set;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Starts logging in a process. To be called once, at the start of {@code main}. */
public final class Logging {

  /** The environment variable that overrides the level: {@value}. */
  public static final String LEVEL_VARIABLE = "DISTRIFS_LOG_LEVEL";

  private static final Set<String> LEVELS =
      Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

  /** The kind of process. It decides the level unless the environment variable is set. */
  public enum Use {
    /** A role: logs from INFO on. */
    ROLE(Level.INFO),
    /** A command, whose output is its result: logs from WARN on. */
    COMMAND(Level.WARN);

    private final Level level;

    Use(Level level) {
      this.level = level;
    }
  }

  private Logging() {}

  /**
   * Sets the level and takes over {@code java.util.logging}.
   *
   * @throws OperatorException if {@value #LEVEL_VARIABLE} names no level
   */
  public static void start(Use use) {
    start(use, System.getenv(LEVEL_VARIABLE));
  }

  static void start(Use use, String levelName) {
    Level level = levelName == null || levelName.isBlank() ? use.level : parse(levelName.strip());
    root().setLevel(level);
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  /** Parses strictly, unlike {@link Level#toLevel}, which returns DEBUG for an unknown name. */
  private static Level parse(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    if (!LEVELS.contains(upper)) {
      throw new OperatorException(
          "The environment variable "
              + LEVEL_VARIABLE
              + " is '"
              + name
              + "': set it to TRACE, DEBUG, INFO, WARN, ERROR or OFF, or unset it.",
          OperatorException.USAGE_EXIT_CODE);
    }
    return Level.toLevel(upper);
  }
}
