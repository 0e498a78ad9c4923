package org.distrifs.master.liveness;

import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.connection.TransportException;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/** Probes with a PROBE request over the data plane. May be used on any thread. */
public final class TransportProbe implements PeerProbe {

  private final ChunkTransport transport;

  public TransportProbe(ChunkTransport transport) {
    this.transport = transport;
  }

  @Override
  public CompletableFuture<Finding> probe(PeerAddress peer, long incarnation, int timeoutMs) {
    return transport
        .send(peer, new DataRequest.Probe(incarnation), null, timeoutMs)
        .handle((answer, failure) -> failure == null ? findingOf(answer) : findingOf(failure));
  }

  /** Any answer of that incarnation shows that it is there, be it a refusal. */
  private static Finding findingOf(ChunkAnswer answer) {
    answer.payload().release();
    Status status = answer.reply().status();
    return status == Status.WRONG_INCARNATION || status == Status.WRONG_CLUSTER
        ? Finding.GONE
        : Finding.PRESENT;
  }

  private static Finding findingOf(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    for (Throwable each : new Throwable[] {failure, cause}) {
      if (each instanceof TransportException e && e.why() == TransportException.Cause.REFUSED) {
        return Finding.GONE;
      }
    }
    return Finding.NO_ANSWER;
  }
}
