package org.distrifs.client.session;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ClientMessage;
import org.distrifs.proto.control.MasterMessage;
import org.distrifs.proto.control.MetadataGrpc;

/** Streams over gRPC, with one channel to each master. Thread-safe. */
public final class GrpcControlStreams implements ControlStream.Opener {
  private final Function<PeerAddress, ManagedChannel> channels;
  private final Map<PeerAddress, ManagedChannel> open = new ConcurrentHashMap<>();

  /**
   * @param channels makes the channel to a master, which is closed with this object; it should run
   *     its callbacks on its I/O thread, since nothing here blocks
   */
  public GrpcControlStreams(Function<PeerAddress, ManagedChannel> channels) {
    this.channels = channels;
  }

  @Override
  public ControlStream open(PeerAddress master, ControlStream.Listener listener) {
    ManagedChannel channel = open.computeIfAbsent(master, channels);
    // A channel that failed waits longer from try to try; when to try is decided by the session.
    channel.resetConnectBackoff();
    Call call = new Call(listener);
    MetadataGrpc.newStub(channel).session(call);
    return call;
  }

  @Override
  public void close() {
    open.values().forEach(ManagedChannel::shutdownNow);
  }

  private static final class Call
      implements ClientResponseObserver<ClientMessage, MasterMessage>, ControlStream {
    private final Listener listener;
    private ClientCallStreamObserver<ClientMessage> requests;
    private boolean over;

    Call(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ClientMessage> stream) {
      requests = stream;
    }

    @Override
    public synchronized void send(ClientMessage message) {
      if (!over) {
        requests.onNext(message);
      }
    }

    @Override
    public synchronized void finish() {
      if (!over) {
        over = true;
        requests.onCompleted();
      }
    }

    @Override
    public void cancel(String why) {
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
      }
      requests.cancel(why, null);
    }

    @Override
    public void onNext(MasterMessage message) {
      listener.received(message);
    }

    @Override
    public void onError(Throwable failure) {
      Status status = Status.fromThrowable(failure);
      Throwable cause = status.getCause();
      String detail =
          cause != null && cause.getMessage() != null
              ? cause.getMessage()
              : status.getDescription();
      ended(detail == null ? status.getCode().toString() : detail);
    }

    @Override
    public void onCompleted() {
      ended("it closed the stream");
    }

    private void ended(String why) {
      synchronized (this) {
        over = true;
      }
      listener.ended(why);
    }
  }
}
