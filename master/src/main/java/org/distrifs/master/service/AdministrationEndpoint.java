package org.distrifs.master.service;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.distrifs.proto.control.AdministrationGrpc;
import org.distrifs.proto.control.ForgetNodeReply;
import org.distrifs.proto.control.ForgetNodeRequest;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.proto.control.LocateRequest;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.proto.control.StatusRequest;

/** The gRPC side of administration: hands it to the master's loop, which answers. */
final class AdministrationEndpoint extends AdministrationGrpc.AdministrationImplBase {

  private final MasterLoop loop;
  private final StatusReport report;
  private final NodeRemoval removal;

  AdministrationEndpoint(MasterLoop loop, StatusReport report, NodeRemoval removal) {
    this.loop = loop;
    this.report = report;
    this.removal = removal;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusReply> observer) {
    UnaryAnswer<StatusReply> answer = answerTo(observer);
    if (!loop.offer(() -> answer.reply(report.status()))) {
      answer.overloaded();
    }
  }

  @Override
  public void locate(LocateRequest request, StreamObserver<LocateReply> observer) {
    UnaryAnswer<LocateReply> answer = answerTo(observer);
    if (!loop.offer(() -> locate(request, answer))) {
      answer.overloaded();
    }
  }

  private void locate(LocateRequest request, UnaryAnswer<LocateReply> answer) {
    Optional<LocateReply> located = report.locate(request.getPath().toByteArray());
    if (located.isPresent()) {
      answer.reply(located.get());
    } else {
      answer.fail(
          Status.NOT_FOUND.withDescription(
              "there is no " + request.getPath().toString(StandardCharsets.UTF_8)));
    }
  }

  @Override
  public void forgetNode(ForgetNodeRequest request, StreamObserver<ForgetNodeReply> observer) {
    UnaryAnswer<ForgetNodeReply> answer = answerTo(observer);
    if (!loop.offer(() -> removal.forget(request.getNodeId(), answer))) {
      answer.overloaded();
    }
  }

  private static <T> UnaryAnswer<T> answerTo(StreamObserver<T> observer) {
    ((ServerCallStreamObserver<T>) observer).setOnCancelHandler(() -> {});
    return new UnaryAnswer<>(observer);
  }
}
