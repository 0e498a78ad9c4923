package org.distrifs.proto.control;

/** Limits that both ends of the control plane must agree on. */
public final class ControlLimits {
  /** The longest message, in bytes. What is longer is sent in parts. */
  public static final int MAX_MESSAGE_BYTES = 16 << 20;

  /** Bytes that may have been sent on a stream without having been read by the receiver. */
  static final int FLOW_WINDOW_BYTES = 1 << 20;

  /** The client pings when it has received nothing for this long while calls are open. */
  static final int KEEP_ALIVE_MS = 10_000;

  /** A connection breaks when a ping is not answered for this long. */
  static final int KEEP_ALIVE_TIMEOUT_MS = 10_000;

  /** The server refuses pings that follow each other faster than this. */
  static final int MIN_KEEP_ALIVE_MS = 5_000;

  /**
   * A connection is closed when its peer has not finished the HTTP/2 handshake within this time.
   */
  static final int HANDSHAKE_MS = 10_000;

  /** A connection without open calls is closed after this time. */
  static final int IDLE_MS = 600_000;

  private ControlLimits() {}
}
