package org.distrifs.proto.frame;

import java.io.IOException;

/**
 * The bytes that arrived are no frame of this protocol. The message completes the log line with
 * which the connection is closed.
 */
public final class FrameException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean otherVersion;

  public FrameException(String reason) {
    this(reason, false);
  }

  private FrameException(String reason, boolean otherVersion) {
    super(reason);
    this.otherVersion = otherVersion;
  }

  static FrameException otherVersion(int theirs) {
    return new FrameException(
        "the peer speaks data-plane format "
            + theirs
            + ", this build speaks format "
            + FrameHeader.FORMAT_VERSION
            + ": run the same DistriFS release on both",
        true);
  }

  /** Whether the peer speaks DistriFS, but in a format version that this build does not know. */
  public boolean isOtherVersion() {
    return otherVersion;
  }
}
