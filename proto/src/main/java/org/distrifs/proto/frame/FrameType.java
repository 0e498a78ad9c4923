package org.distrifs.proto.frame;

/** The kinds of frames. The numbers are on the wire: never reuse one. */
public enum FrameType {
  HELLO(1),
  WRITE(2),
  READ(3),
  SYNC(4),
  CHECKSUMS(5),
  FENCE(6),
  INSTALL(7),
  RECONCILE(8),
  PROBE(9),
  COPY(10);

  /** The bit of the type byte that marks an answer. */
  static final int ANSWER_BIT = 0x80;

  private static final FrameType[] BY_CODE = new FrameType[11];

  static {
    for (final FrameType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;

  FrameType(int code) {
    this.code = code;
  }

  /** The number on the wire of a request of this type; its answer adds {@code 0x80}. */
  public int code() {
    return code;
  }

  /** The number on the wire of an answer to a request of this type. */
  public int answerCode() {
    return code | ANSWER_BIT;
  }

  /**
   * The type that a number on the wire stands for, be it of a request or of its answer.
   *
   * @throws FrameException for a number that this build does not know
   */
  public static FrameType ofCode(int code) throws FrameException {
    final int request = code & ~ANSWER_BIT;
    if (request >= BY_CODE.length || BY_CODE[request] == null) {
      throw new FrameException("a frame has the unknown type " + code);
    }
    return BY_CODE[request];
  }

  /** The type of frame that carries a request. */
  public static FrameType of(DataRequest request) {
    if (request instanceof DataRequest.Write) {
      return WRITE;
    }
    if (request instanceof DataRequest.Read) {
      return READ;
    }
    if (request instanceof DataRequest.Sync) {
      return SYNC;
    }
    if (request instanceof DataRequest.Checksums) {
      return CHECKSUMS;
    }
    if (request instanceof DataRequest.Fence) {
      return FENCE;
    }
    if (request instanceof DataRequest.Install) {
      return INSTALL;
    }
    if (request instanceof DataRequest.Reconcile) {
      return RECONCILE;
    }
    if (request instanceof DataRequest.Copy) {
      return COPY;
    }
    return PROBE;
  }
}
