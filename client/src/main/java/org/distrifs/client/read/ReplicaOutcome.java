package org.distrifs.client.read;

import io.netty.buffer.ByteBuf;
import org.distrifs.proto.frame.Status;

/**
 * How one replica served a read, or why it did not.
 *
 * @param bytes verified, owned by whoever takes the outcome; null when it did not serve
 * @param tookNs the exchange that brought the bytes
 * @param status as the node answered; null when it gave no answer that can be used
 * @param trouble for logs
 */
record ReplicaOutcome(ByteBuf bytes, long tookNs, Status status, String trouble) {

  static ReplicaOutcome served(ByteBuf bytes, long tookNs) {
    return new ReplicaOutcome(bytes, tookNs, Status.OK, "");
  }

  static ReplicaOutcome refused(Status status, String detail) {
    return new ReplicaOutcome(null, 0, status, status + " " + detail);
  }

  static ReplicaOutcome unanswered(String why) {
    return new ReplicaOutcome(null, 0, null, why);
  }

  boolean isServed() {
    return bytes != null;
  }

  boolean isStale() {
    return status == Status.STALE_VERSION;
  }

  /**
   * Whether the replica is not the one that the chain says: another node, version or incarnation.
   */
  boolean isMoved() {
    return status == Status.WRONG_INCARNATION || status == Status.NO_SUCH_CHUNK;
  }

  /** Whether the replica will not serve before the chain has gone through a change. */
  boolean wantsChange() {
    if (status == null) {
      return false;
    }
    return switch (status) {
      case SUSPECT, TIMED_OUT, FENCED, CORRUPT_REPLICA -> true;
      default -> false;
    };
  }
}
