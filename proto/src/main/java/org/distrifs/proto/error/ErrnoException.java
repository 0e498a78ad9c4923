package org.distrifs.proto.error;

import java.io.IOException;

/** A file system operation failed with a POSIX error. Carries what was attempted, and the errno. */
public class ErrnoException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  public ErrnoException(Errno errno, String attempted) {
    super(attempted + ": " + errno.description() + " (" + errno + ")");
    this.errno = errno;
  }

  public ErrnoException(Errno errno, String attempted, Throwable cause) {
    super(attempted + ": " + errno.description() + " (" + errno + ")", cause);
    this.errno = errno;
  }

  public Errno errno() {
    return errno;
  }
}
