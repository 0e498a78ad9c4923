package org.distrifs.cli.files;

import java.io.IOException;

/**
 * Nobody reads the output of this command any more, as in {@code distrifs cat FILE | head}. The
 * command ends.
 */
final class BrokenPipeException extends IOException {
  private static final long serialVersionUID = 1L;

  private BrokenPipeException(IOException cause) {
    super(cause);
  }

  /**
   * A failure as a {@code BrokenPipeException} if it is EPIPE, else itself. The JDK has no
   * exception for EPIPE, only the text of strerror(3).
   */
  static IOException orSame(IOException failure) {
    return "Broken pipe".equals(failure.getMessage()) ? new BrokenPipeException(failure) : failure;
  }
}
