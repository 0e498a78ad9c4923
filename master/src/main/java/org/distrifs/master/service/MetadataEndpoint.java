package org.distrifs.master.service;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.distrifs.proto.control.ClientMessage;
import org.distrifs.proto.control.MasterMessage;
import org.distrifs.proto.control.MetadataGrpc;
import org.distrifs.runtime.clock.ClockSource;

/**
 * The gRPC side of client sessions. Runs on I/O threads and hands every message to the master's
 * loop, which answers on the stream itself; a stream brings its next message only when the one
 * before was taken, so that a client cannot fill the queue.
 */
final class MetadataEndpoint extends MetadataGrpc.MetadataImplBase {

  /** Messages of one stream that may wait for the master's loop. */
  private static final int MAX_MESSAGES_AHEAD = 4;

  /** What the master's loop does with what streams bring. */
  interface Sessions {
    void message(Connection stream, ClientMessage message, long arrivedNs);

    void ready(Connection stream);

    void broken(Connection stream);
  }

  private final MasterLoop loop;
  private final Sessions sessions;
  private final ClockSource clock;

  MetadataEndpoint(MasterLoop loop, Sessions sessions, ClockSource clock) {
    this.loop = loop;
    this.sessions = sessions;
    this.clock = clock;
  }

  @Override
  public StreamObserver<ClientMessage> session(StreamObserver<MasterMessage> answers) {
    ServerCallStreamObserver<MasterMessage> call =
        (ServerCallStreamObserver<MasterMessage>) answers;
    Connection stream = new Connection(call);
    call.disableAutoRequest();
    call.setOnReadyHandler(() -> loop.hand(() -> sessions.ready(stream)));
    call.setOnCancelHandler(() -> loop.hand(() -> sessions.broken(stream)));
    call.request(MAX_MESSAGES_AHEAD);
    return new StreamObserver<>() {
      @Override
      public void onNext(ClientMessage message) {
        long arrivedNs = clock.monotonicNs();
        boolean taken =
            loop.offer(
                () -> {
                  sessions.message(stream, message, arrivedNs);
                  call.request(1);
                });
        if (!taken) {
          loop.hand(() -> stream.overloaded());
        }
      }

      @Override
      public void onError(Throwable broken) {
        loop.hand(() -> sessions.broken(stream));
      }

      @Override
      public void onCompleted() {
        loop.hand(
            () -> {
              sessions.broken(stream);
              stream.complete();
            });
      }
    };
  }

  /** One stream. Belongs to the master's loop. */
  static final class Connection implements SessionStream {

    private final ServerCallStreamObserver<MasterMessage> call;
    private boolean over;
    private long sessionId;
    private boolean opening;

    Connection(ServerCallStreamObserver<MasterMessage> call) {
      this.call = call;
    }

    /** The session that it serves; 0 before it is open. */
    long sessionId() {
      return sessionId;
    }

    void serves(long id) {
      sessionId = id;
    }

    /** Whether this is the first call: a stream is opened once. */
    boolean beginOpening() {
      boolean first = !opening;
      opening = true;
      return first;
    }

    @Override
    public boolean isReady() {
      return !over && call.isReady();
    }

    @Override
    public void send(MasterMessage message) {
      if (!over && !call.isCancelled()) {
        call.onNext(message);
      }
    }

    @Override
    public void complete() {
      boolean first = !over;
      over = true;
      if (first && !call.isCancelled()) {
        call.onCompleted();
      }
    }

    @Override
    public void refuse(String sentence) {
      fail(Status.INVALID_ARGUMENT.withDescription(sentence));
    }

    void overloaded() {
      fail(Status.UNAVAILABLE.withDescription("the master has too much to do: try again"));
    }

    private void fail(Status status) {
      boolean first = !over;
      over = true;
      if (first && !call.isCancelled()) {
        call.onError(status.asRuntimeException());
      }
    }
  }
}
