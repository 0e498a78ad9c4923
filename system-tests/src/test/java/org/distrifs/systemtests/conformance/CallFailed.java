package org.distrifs.systemtests.conformance;

/** A system call failed. */
final class CallFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Errno errno;

  CallFailed(String call, Errno errno) {
    super(call + ": " + errno);
    this.errno = errno;
  }

  Errno errno() {
    return errno;
  }
}
