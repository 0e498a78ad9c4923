package org.distrifs.runtime.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Starts logging in a process. To be called once, at the start of {@code main}. */
public final class Logging {

  /** The environment variable that overrides the level: {@value}. */
  public static final String LEVEL_VARIABLE = "DISTRIFS_LOG_LEVEL";

  /** The environment variable that names the log file of a role: {@value}. */
  public static final String FILE_VARIABLE = "DISTRIFS_LOG_FILE";

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

  private static volatile boolean toFile;

  private Logging() {}

  /**
   * Sets the level, takes over {@code java.util.logging}, and lets a role log to the file that
   * {@value #FILE_VARIABLE} names, if it names one. If that is not possible the role goes on with
   * standard error, and says so there.
   *
   * @throws OperatorException if a variable of the environment has a wrong value
   */
  public static void start(Use use) {
    start(use, System.getenv());
  }

  static void start(Use use, Map<String, String> environment) {
    setLevel(use, environment.get(LEVEL_VARIABLE));
    String file = environment.get(FILE_VARIABLE);
    if (use == Use.ROLE && file != null && !file.isBlank()) {
      useFile(Path.of(file), LogBounds.of(environment));
    }
  }

  /** Whether this process logs to a file, and not to standard error. */
  public static boolean isToFile() {
    return toFile;
  }

  private static void useFile(Path file, LogBounds bounds) {
    try {
      LogFile.use(root().getLoggerContext(), file, bounds);
      toFile = true;
    } catch (IOException e) {
      LoggerFactory.getLogger(Logging.class)
          .warn("Cannot log to {}, so this log goes on here: {}", file, FailureReason.of(e));
    }
  }

  private static void setLevel(Use use, String levelName) {
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
