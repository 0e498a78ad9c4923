package org.distrifs.runtime.lifecycle;

/**
 * An error that an operator caused and can correct: a wrong setting, a port in use, a missing
 * folder. The message is one or more full sentences that say what was attempted, on what, and what
 * to do. It is printed without a stack trace.
 */
public final class OperatorException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The exit code when none is given: {@value}. */
  public static final int DEFAULT_EXIT_CODE = 1;

  /** The exit code for wrong usage (flags, arguments, settings): {@value}. */
  public static final int USAGE_EXIT_CODE = 2;

  private final int exitCode;

  public OperatorException(String sentence) {
    this(sentence, DEFAULT_EXIT_CODE);
  }

  /**
   * @param exitCode the status with which the process ends, 1 to 255
   */
  public OperatorException(String sentence, int exitCode) {
    this(sentence, exitCode, null);
  }

  public OperatorException(String sentence, Throwable cause) {
    this(sentence, DEFAULT_EXIT_CODE, cause);
  }

  /**
   * @param exitCode the status with which the process ends, 1 to 255
   * @param cause may be null
   */
  public OperatorException(String sentence, int exitCode, Throwable cause) {
    super(sentence, cause);
    if (exitCode < 1 || exitCode > 255) {
      throw new IllegalArgumentException("exit code " + exitCode + " is not within 1..255");
    }
    this.exitCode = exitCode;
  }

  /** The status with which the process ends. */
  public int exitCode() {
    return exitCode;
  }
}
