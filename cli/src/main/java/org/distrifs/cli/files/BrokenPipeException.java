package org.distrifs.cli.files;

import java.io.IOException;

/** Nobody reads our output any more, as in {@code distrifs cat FILE | head}: a reason to end. */
final class BrokenPipeException extends IOException {
  private static final long serialVersionUID = 1L;

  private BrokenPipeException(IOException cause) {
    super(cause);
  }

  /** The JDK has no kind of its own for EPIPE, only strerror(3)'s words. */
  static IOException orSame(IOException failure) {
    return "Broken pipe".equals(failure.getMessage()) ? new BrokenPipeException(failure) : failure;
  }
}
