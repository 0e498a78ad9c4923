package org.distrifs.proto.control;

/** What both ends of the control plane agree on. */
public final class ControlLimits {
  /** The longest message, in bytes. Longer things are sent in parts. */
  public static final int MAX_MESSAGE_BYTES = 16 << 20;

  /** Bytes that may be under way on one stream without being taken from it. */
  static final int FLOW_WINDOW_BYTES = 1 << 20;

  /** After this long without a word, while calls are open, the asking side pings. */
  static final int KEEP_ALIVE_MS = 10_000;

  /** A ping that is not answered for this long breaks the connection. */
  static final int KEEP_ALIVE_TIMEOUT_MS = 10_000;

  /** Pings that come faster than this are refused. */
  static final int MIN_KEEP_ALIVE_MS = 5_000;

  /** A peer that has not greeted in HTTP/2 within this time is cut. */
  static final int HANDSHAKE_MS = 10_000;

  /** A connection without open calls is closed after this time. */
  static final int IDLE_MS = 600_000;

  private ControlLimits() {}
}
