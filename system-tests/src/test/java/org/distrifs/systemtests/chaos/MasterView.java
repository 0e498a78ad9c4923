package org.distrifs.systemtests.chaos;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.AdministrationGrpc;
import org.distrifs.proto.control.ControlChannels;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.proto.control.LocateRequest;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.proto.control.StatusRequest;

/**
 * Asks the master for what {@code distrifs status --json} prints, without a process for each
 * question.
 */
final class MasterView {
  private static final int BOUND_S = 30;

  private final ManagedChannel channel;

  /** Connection and threads end with the process. */
  MasterView(PeerAddress master) {
    channel = ControlChannels.open(IoThreads.start("chaos"), List.of(master), Runnable::run);
  }

  /** Empty while the master does not answer. */
  Optional<StatusReply> status() {
    try {
      return Optional.of(stub().status(StatusRequest.getDefaultInstance()));
    } catch (StatusRuntimeException e) {
      return Optional.empty();
    }
  }

  /** The chunks of a file. */
  LocateReply locate(String path) {
    return stub().locate(LocateRequest.newBuilder().setPath(ByteString.copyFromUtf8(path)).build());
  }

  private AdministrationGrpc.AdministrationBlockingStub stub() {
    return AdministrationGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(BOUND_S, TimeUnit.SECONDS);
  }
}
