package org.distrifs.simulation.network;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.function.Consumer;

/** The master's side of a call. Its answers go back over a connection. */
final class SimServerCall<T> extends ServerCallStreamObserver<T> {

  private final SimConnection connection;
  private final Consumer<T> answered;
  private final Consumer<Status> ended;
  private Runnable cancelHandler = () -> {};

  /**
   * @param answered takes each answer, as an event of the asker
   * @param ended takes the status with which the call ended, as an event of the asker
   */
  SimServerCall(SimConnection connection, Consumer<T> answered, Consumer<Status> ended) {
    this.connection = connection;
    this.answered = answered;
    this.ended = ended;
  }

  /** Tells the service that the caller is gone. */
  void cancel() {
    cancelHandler.run();
  }

  @Override
  public void onNext(T answer) {
    connection.sendBack(() -> answered.accept(answer));
  }

  @Override
  public void onError(Throwable failure) {
    connection.sendBack(() -> ended.accept(Status.fromThrowable(failure)));
  }

  @Override
  public void onCompleted() {
    connection.sendBack(() -> ended.accept(Status.OK));
  }

  @Override
  public boolean isCancelled() {
    return connection.isOver();
  }

  @Override
  public void setOnCancelHandler(Runnable handler) {
    cancelHandler = handler;
  }

  @Override
  public boolean isReady() {
    return !connection.isOver();
  }

  @Override
  public void setOnReadyHandler(Runnable handler) {
    // Always ready.
  }

  @Override
  public void disableAutoInboundFlowControl() {
    // Messages come as they arrive.
  }

  @Override
  public void disableAutoRequest() {
    // Messages come as they arrive.
  }

  @Override
  public void request(int count) {
    // Messages come as they arrive.
  }

  @Override
  public void setMessageCompression(boolean enable) {
    // Nothing is encoded.
  }

  @Override
  public void setCompression(String compression) {
    // Nothing is encoded.
  }
}
