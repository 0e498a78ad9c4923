package org.distrifs.master.service;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.distrifs.proto.control.BlockReportPart;
import org.distrifs.proto.control.BlockReportReply;
import org.distrifs.proto.control.DatanodesGrpc;
import org.distrifs.proto.control.HeartbeatReply;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.RegisterReply;
import org.distrifs.proto.control.RegisterRequest;

/** The gRPC side of what datanodes say: hands it to the master's loop, which answers. */
final class DatanodesEndpoint extends DatanodesGrpc.DatanodesImplBase {

  private final MasterLoop loop;
  private final DatanodeRequests requests;

  DatanodesEndpoint(MasterLoop loop, DatanodeRequests requests) {
    this.loop = loop;
    this.requests = requests;
  }

  @Override
  public void register(RegisterRequest request, StreamObserver<RegisterReply> observer) {
    UnaryAnswer<RegisterReply> answer = new UnaryAnswer<>(quietWhenCancelled(observer));
    if (!loop.offer(() -> requests.register(request, answer))) {
      answer.overloaded();
    }
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatReply> observer) {
    UnaryAnswer<HeartbeatReply> answer = new UnaryAnswer<>(quietWhenCancelled(observer));
    if (!loop.offer(() -> requests.beat(request, answer))) {
      answer.overloaded();
    }
  }

  @Override
  public StreamObserver<BlockReportPart> blockReport(StreamObserver<BlockReportReply> observer) {
    ServerCallStreamObserver<BlockReportReply> call =
        (ServerCallStreamObserver<BlockReportReply>) quietWhenCancelled(observer);
    call.disableAutoRequest();
    call.request(1);
    UnaryAnswer<BlockReportReply> answer = new UnaryAnswer<>(call);
    return new StreamObserver<>() {
      /** Belongs to the master's loop. */
      private boolean begun;

      private boolean over;

      @Override
      public void onNext(BlockReportPart part) {
        if (!loop.offer(() -> take(part))) {
          answer.overloaded();
        }
      }

      private void take(BlockReportPart part) {
        if (over) {
          return;
        }
        switch (requests.reportPart(part, !begun)) {
          case REFUSED -> {
            over = true;
            answer.fail(
                Status.FAILED_PRECONDITION.withDescription(
                    "the master does not know this incarnation of datanode " + part.getNodeId()));
          }
          case GOES_ON -> {
            begun = true;
            call.request(1);
          }
          case DONE -> end(false);
          case LIST_WANTED -> end(true);
        }
      }

      private void end(boolean listWanted) {
        over = true;
        answer.reply(
            BlockReportReply.newBuilder()
                .setTerm(requests.term())
                .setListWanted(listWanted)
                .build());
      }

      @Override
      public void onError(Throwable broken) {
        // The datanode sends a whole new report, which begins by forgetting this one.
      }

      @Override
      public void onCompleted() {
        loop.offer(
            () -> {
              if (!over) {
                over = true;
                answer.fail(Status.INVALID_ARGUMENT.withDescription("the report has no last part"));
              }
            });
      }
    };
  }

  /** With a handler set, answers to a caller who has gone are dropped instead of thrown back. */
  private static <T> StreamObserver<T> quietWhenCancelled(StreamObserver<T> observer) {
    ((ServerCallStreamObserver<T>) observer).setOnCancelHandler(() -> {});
    return observer;
  }
}
