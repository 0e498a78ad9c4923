package org.distrifs.datanode.server;

import java.util.concurrent.CompletionException;
import org.distrifs.datanode.store.StoreException;
import org.distrifs.proto.connection.TransportException;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.Status;

/** What a failed operation is answered with. */
final class Failures {

  /** Bytes of a detail in an answer; ours are ASCII. */
  private static final int MAX_DETAIL = 900;

  /** A peer answered that it cannot do what a reconciliation needs. */
  static final class PeerRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Status status;

    PeerRefusal(Status status, String sentence) {
      super(sentence);
      this.status = status;
    }
  }

  private Failures() {}

  static DataReply replyTo(Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof StoreException store) {
      return reply(store.status(), cause);
    }
    if (cause instanceof PeerRefusal refusal) {
      return reply(refusal.status, cause);
    }
    if (cause instanceof TransportException transport) {
      boolean timedOut = transport.why() == TransportException.Cause.TIMED_OUT;
      return reply(timedOut ? Status.TIMED_OUT : Status.IO_FAILURE, cause);
    }
    // A defect of this program; the thread that met it says more in the log.
    return reply(Status.IO_FAILURE, cause);
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static DataReply reply(Status status, Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return DataReply.failure(status, message.substring(0, Math.min(MAX_DETAIL, message.length())));
  }
}
