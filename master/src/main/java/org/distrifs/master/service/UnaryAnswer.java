package org.distrifs.master.service;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** The way back of a request that has one answer: a reply, or a refusal with a sentence. */
final class UnaryAnswer<T> implements DatanodeRequests.Outcome<T> {

  private final StreamObserver<T> observer;

  UnaryAnswer(StreamObserver<T> observer) {
    this.observer = observer;
  }

  @Override
  public void reply(T reply) {
    observer.onNext(reply);
    observer.onCompleted();
  }

  @Override
  public void refuse(String sentence) {
    fail(Status.FAILED_PRECONDITION.withDescription(sentence));
  }

  @Override
  public void postpone(String sentence) {
    fail(Status.UNAVAILABLE.withDescription(sentence));
  }

  void overloaded() {
    fail(Status.UNAVAILABLE.withDescription("the master has too much to do: try again"));
  }

  void fail(Status status) {
    observer.onError(status.asRuntimeException());
  }
}
