package org.distrifs.proto.connection;

import java.io.IOException;

/**
 * A request got no answer and will not get one. Says why, and whether the request can have had an
 * effect.
 */
public final class TransportException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What happened to the exchange. */
  public enum Cause {
    /** The peer's machine answered that nobody listens: the process is gone. Nothing was sent. */
    REFUSED,
    /** The connection could not be made in time. Nothing was sent. */
    UNREACHABLE,
    /** The connection broke with the request under way. */
    BROKEN,
    /** The bound of the exchange passed. */
    TIMED_OUT,
    /** The transport is closed. */
    CLOSED
  }

  private final Cause why;

  public TransportException(Cause why, String message) {
    super(message);
    this.why = why;
  }

  public Cause why() {
    return why;
  }
}
