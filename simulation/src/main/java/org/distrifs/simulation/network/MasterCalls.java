package org.distrifs.simulation.network;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.distrifs.proto.control.BlockReportPart;
import org.distrifs.proto.control.BlockReportReply;
import org.distrifs.proto.control.HeartbeatReply;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.RegisterReply;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.simulation.scheduler.SimProcess;

/** A datanode's calls to the master. A call fails if it is not answered within its bound. */
public final class MasterCalls {

  private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long REPORT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

  private final SimNetwork network;
  private final SimProcess process;
  private final String host;
  private SimConnection connection;

  public MasterCalls(SimNetwork network, SimProcess process, String host) {
    this.network = network;
    this.process = process;
    this.host = host;
  }

  public CompletableFuture<RegisterReply> register(RegisterRequest request) {
    return call((master, answer) -> master.datanodes().register(request, answer), TIMEOUT_NS);
  }

  public CompletableFuture<HeartbeatReply> heartbeat(HeartbeatRequest request) {
    return call((master, answer) -> master.datanodes().heartbeat(request, answer), TIMEOUT_NS);
  }

  /** Sends a block report, in parts. */
  public CompletableFuture<BlockReportReply> report(List<BlockReportPart> parts) {
    return call(
        (master, answer) -> {
          StreamObserver<BlockReportPart> stream = master.datanodes().blockReport(answer);
          parts.forEach(stream::onNext);
          stream.onCompleted();
        },
        REPORT_TIMEOUT_NS);
  }

  private <T> CompletableFuture<T> call(
      BiConsumer<MasterTarget, SimServerCall<T>> request, long timeoutNs) {
    CompletableFuture<T> result = new CompletableFuture<>();
    if (connection == null || connection.isOver()) {
      connection = network.connect(process, host, MasterTarget.HOST);
    }
    SimConnection over = connection;
    over.whenOver(end -> fail(result, Status.UNAVAILABLE.withDescription(end.toString())));
    over.send(
        target ->
            request.accept(
                (MasterTarget) target,
                new SimServerCall<>(over, result::complete, status -> fail(result, status))));
    network.scheduler().after(timeoutNs, process, () -> fail(result, Status.DEADLINE_EXCEEDED));
    return result;
  }

  private static <T> void fail(CompletableFuture<T> result, Status status) {
    if (!result.isDone()) {
      result.completeExceptionally(status.asRuntimeException());
    }
  }
}
