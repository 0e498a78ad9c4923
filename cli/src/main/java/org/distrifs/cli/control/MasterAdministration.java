package org.distrifs.cli.control;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.AdministrationGrpc;
import org.distrifs.proto.control.AdministrationGrpc.AdministrationBlockingStub;
import org.distrifs.proto.control.ControlChannels;
import org.distrifs.proto.control.ForgetNodeRequest;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.proto.control.LocateRequest;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.proto.control.StatusRequest;
import org.distrifs.runtime.lifecycle.OperatorException;

/** The administration calls of the first master that can be reached. Thread-safe. */
public final class MasterAdministration implements AutoCloseable {

  private static final String ROLE = "command";
  private static final int IO_THREADS = 1;

  private final List<PeerAddress> masters;
  private final long boundMs;
  private final IoThreads io;
  private final ManagedChannel channel;

  /**
   * Connects with the first call.
   *
   * @param masters tried in turn
   * @param boundMs of one call
   */
  public MasterAdministration(List<PeerAddress> masters, long boundMs) {
    this.masters = List.copyOf(masters);
    this.boundMs = boundMs;
    this.io = IoThreads.start(ROLE, IO_THREADS);
    this.channel = ControlChannels.open(io, this.masters, Runnable::run);
  }

  /**
   * Asks for the status of the cluster.
   *
   * @throws OperatorException if no master answers
   */
  public StatusReply status() {
    return call(stub -> stub.status(StatusRequest.getDefaultInstance()));
  }

  /**
   * Asks where the chunks of a file are.
   *
   * @param path absolute, in DistriFS
   * @throws OperatorException if no master answers, or it knows no such file
   */
  public LocateReply locate(ByteString path) {
    return call(stub -> stub.locate(LocateRequest.newBuilder().setPath(path).build()));
  }

  /**
   * Takes a datanode out of the cluster that will not come back.
   *
   * @throws OperatorException if no master answers, it knows no such datanode, or that one may
   *     still be needed: the sentence has the reasons
   */
  public void forgetNode(int nodeId) {
    call(stub -> stub.forgetNode(ForgetNodeRequest.newBuilder().setNodeId(nodeId).build()));
  }

  private <T> T call(Function<AdministrationBlockingStub, T> call) {
    try {
      return call.apply(
          AdministrationGrpc.newBlockingStub(channel)
              .withDeadlineAfter(boundMs, TimeUnit.MILLISECONDS));
    } catch (StatusRuntimeException e) {
      throw new OperatorException(sentence(e.getStatus()), e);
    }
  }

  private String sentence(Status status) {
    String where =
        "the master at "
            + masters.stream().map(PeerAddress::toString).collect(Collectors.joining(", "));
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          "Cannot reach " + where + ". Start it, or name another with --master HOST:PORT.";
      case DEADLINE_EXCEEDED ->
          "No answer from %s within %d ms. Look at its log.".formatted(where, boundMs);
      default -> "Refused by %s: %s.".formatted(where, status.getDescription());
    };
  }

  @Override
  public void close() {
    channel.shutdownNow();
    io.close();
  }
}
