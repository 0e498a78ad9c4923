package org.distrifs.simulation.network;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.function.UnaryOperator;
import org.distrifs.client.session.ControlStream;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ClientMessage;
import org.distrifs.proto.control.MasterMessage;
import org.distrifs.simulation.scheduler.SimProcess;

/** A client's streams to the master. */
public final class SimControlStreams implements ControlStream.Opener {

  private final SimNetwork network;
  private final SimProcess process;
  private final String host;
  private final UnaryOperator<ClientMessage> onTheWay;

  /**
   * @param onTheWay changes a message on its way to the master
   */
  public SimControlStreams(
      SimNetwork network, SimProcess process, String host, UnaryOperator<ClientMessage> onTheWay) {
    this.network = network;
    this.process = process;
    this.host = host;
    this.onTheWay = onTheWay;
  }

  @Override
  public ControlStream open(PeerAddress master, ControlStream.Listener listener) {
    Stream stream = new Stream(network.connect(process, host, master.host()), listener);
    stream.begin();
    return stream;
  }

  @Override
  public void close() {
    // There is nothing to close: it ends with its process.
  }

  private final class Stream implements ControlStream {
    private final SimConnection connection;
    private final Listener listener;

    /** The master's end of the stream; null until the connection is made. */
    private StreamObserver<ClientMessage> requests;

    private boolean over;

    Stream(SimConnection connection, Listener listener) {
      this.connection = connection;
      this.listener = listener;
    }

    void begin() {
      connection.whenOver(end -> ended("the connection is " + end));
      connection.send(
          target -> {
            SimServerCall<MasterMessage> call =
                new SimServerCall<>(connection, this::received, this::ended);
            requests = ((MasterTarget) target).metadata().session(call);
            connection.whenOverThere(call::cancel);
          });
    }

    private void received(MasterMessage message) {
      if (!over) {
        listener.received(message);
      }
    }

    private void ended(Status status) {
      ended(status.isOk() ? "it closed the stream" : status.toString());
    }

    private void ended(String why) {
      if (!over) {
        over = true;
        listener.ended(why);
      }
      connection.breakDown(SimConnection.End.BROKEN);
    }

    @Override
    public void send(ClientMessage message) {
      if (!over) {
        ClientMessage sent = onTheWay.apply(message);
        connection.send(target -> requests.onNext(sent));
      }
    }

    @Override
    public void finish() {
      if (!over) {
        connection.send(target -> requests.onCompleted());
      }
    }

    @Override
    public void cancel(String why) {
      over = true;
      connection.breakDown(SimConnection.End.BROKEN);
    }
  }
}
