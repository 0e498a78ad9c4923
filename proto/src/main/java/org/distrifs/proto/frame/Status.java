package org.distrifs.proto.frame;

/** How a datanode answered a data-plane request. The numbers are on the wire: never reuse one. */
public enum Status {
  OK(0),
  /** The request names a chain version that is not this replica's. Look the chain up again. */
  STALE_VERSION(1),
  /** This node has no replica of the chunk. A reader must not take that for zeros. */
  NO_SUCH_CHUNK(2),
  /** The request was meant for an earlier incarnation of this process. Look the chain up again. */
  WRONG_INCARNATION(3),
  /** A stored block does not match its checksum. Another replica has to serve. */
  CORRUPT_REPLICA(4),
  /** The bytes that arrived do not match the checksums that came with them. Send again. */
  CORRUPT_REQUEST(5),
  /** A change of the chain is under way; writes are stopped. Look the chain up again. */
  FENCED(6),
  /** The disk is full, of the answering node or of the one that the answer names. */
  NO_SPACE(7),
  /** Reading or writing the disk failed. */
  IO_FAILURE(8),
  /** A write came out of order: this member lacks an earlier one, or has accepted a later one. */
  SEQUENCE_GAP(9),
  /** This node has lost its lease. It serves nothing until the master has answered a heartbeat. */
  NO_LEASE(10),
  /** This replica went through an unclean stop and has not been reconciled yet. */
  SUSPECT(11),
  /** A member behind this one failed; the answer names it. */
  DOWNSTREAM_FAILED(12),
  /**
   * The request cannot be right: offset past the chunk, unknown flag, wrong position in the chain.
   */
  BAD_REQUEST(13),
  /** The node is at one of its limits; try again later. */
  OVERLOADED(14),
  /** This node waited too long for what the answer names. */
  TIMED_OUT(15),
  /** The command carries a lower term, or a lower fence, than one seen before. */
  SUPERSEDED(16),
  /** The peer belongs to another cluster. */
  WRONG_CLUSTER(17),
  /** The session of the writer has ended. Another session may hold by now what it held. */
  SESSION_OVER(18);

  private static final Status[] BY_CODE = new Status[19];

  static {
    for (final Status status : values()) {
      BY_CODE[status.code] = status;
    }
  }

  private final int code;

  Status(int code) {
    this.code = code;
  }

  /** The number on the wire, 0 to 65535. */
  public int code() {
    return code;
  }

  /**
   * The status of a number on the wire; {@link #IO_FAILURE} for one that this build does not know.
   */
  public static Status ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : IO_FAILURE;
  }
}
