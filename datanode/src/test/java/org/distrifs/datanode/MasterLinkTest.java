package org.distrifs.datanode;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.distrifs.datanode.folder.DataFolder;
import org.distrifs.datanode.report.MasterLink;
import org.distrifs.datanode.report.ReportSettings;
import org.distrifs.datanode.server.Incarnation;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.BlockReportPart;
import org.distrifs.proto.control.BlockReportReply;
import org.distrifs.proto.control.ControlChannels;
import org.distrifs.proto.control.ControlServer;
import org.distrifs.proto.control.DatanodesGrpc;
import org.distrifs.proto.control.HeartbeatReply;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.NodeCommand;
import org.distrifs.proto.control.RegisterAgain;
import org.distrifs.proto.control.RegisterReply;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.clock.SystemEntropy;
import org.distrifs.runtime.disk.LocalDisk;
import org.distrifs.runtime.metrics.Metrics;
import org.distrifs.runtime.settings.SettingsLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterLinkTest {
  private static final int SILENCE_MS = 600;

  @TempDir Path base;

  private final FakeMaster master = new FakeMaster();
  private final IoThreads io = IoThreads.start("test");
  private final Metrics metrics = new Metrics("datanode");
  private ControlServer server;
  private ManagedChannel channel;
  private DataFolder folder;
  private DataPlane plane;
  private MasterLink link;

  /** A master whose answers the test sets, and which records what the datanode sends. */
  private static final class FakeMaster extends DatanodesGrpc.DatanodesImplBase {
    final List<Long> incarnations = Collections.synchronizedList(new ArrayList<>());
    final List<BlockReportPart> parts = Collections.synchronizedList(new ArrayList<>());
    volatile HeartbeatRequest lastBeat = HeartbeatRequest.getDefaultInstance();
    volatile HeartbeatReply reply = HeartbeatReply.newBuilder().setTerm(1).build();
    volatile boolean away;
    volatile boolean wantsList;

    @Override
    public void register(RegisterRequest request, StreamObserver<RegisterReply> answer) {
      incarnations.add(request.getIncarnation());
      reply(
          answer,
          RegisterReply.newBuilder()
              .setClusterId(1)
              .setNodeId(1)
              .setTerm(1)
              .setHeartbeatIntervalMs(20)
              .setNodeLeaseMs(SILENCE_MS / 2)
              .setSilenceMs(SILENCE_MS)
              .setBlockReportIntervalMs(100)
              .build());
    }

    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatReply> answer) {
      lastBeat = request;
      boolean known = incarnations.get(incarnations.size() - 1) == request.getIncarnation();
      reply(answer, known ? reply : reply.toBuilder().addCommands(registerAgain()).build());
    }

    private <T> void reply(StreamObserver<T> answer, T value) {
      if (away) {
        answer.onError(Status.UNAVAILABLE.asRuntimeException());
      } else {
        answer.onNext(value);
        answer.onCompleted();
      }
    }

    @Override
    public StreamObserver<BlockReportPart> blockReport(StreamObserver<BlockReportReply> answer) {
      return new StreamObserver<>() {
        @Override
        public void onNext(BlockReportPart part) {
          parts.add(part);
        }

        @Override
        public void onError(Throwable failure) {
          // The datanode has gone.
        }

        @Override
        public void onCompleted() {
          reply(answer, BlockReportReply.newBuilder().setTerm(1).setListWanted(wantsList).build());
        }
      };
    }
  }

  private static NodeCommand registerAgain() {
    return NodeCommand.newBuilder().setRegisterAgain(RegisterAgain.getDefaultInstance()).build();
  }

  @BeforeEach
  void start() {
    server = ControlServer.start(io, "127.0.0.1", 0, Runnable::run, List.of(master));
    channel =
        ControlChannels.open(
            io, List.of(new PeerAddress("127.0.0.1", server.port())), Runnable::run);
    folder = DataFolder.open(new LocalDisk(), base, new SystemEntropy());
    DatanodeSettings settings =
        DatanodeSettings.of(
            SettingsLoader.load(
                DatanodeSettings.SCHEMA,
                Optional.empty(),
                Map.of("datanode.dataDir", base.toString(), "datanode.port", "0")));
    plane =
        DataPlane.start(
            settings,
            folder,
            new LocalDisk(),
            new Incarnation(new SystemEntropy()),
            new SystemClock(),
            metrics);
    link =
        new MasterLink(
            new ReportSettings("127.0.0.1", plane.port(), "", "boot", 0),
            channel,
            folder,
            plane.store,
            new MasterLink.NodeState(plane.incarnation, plane.lease, plane.terms),
            plane,
            new SystemClock());
    link.start();
    until("it serves", plane.lease::isHeld);
  }

  @AfterEach
  void stop() throws Exception {
    link.close();
    channel.shutdownNow();
    plane.close();
    folder.close();
    server.close();
    metrics.close();
    io.close();
  }

  private static void until(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting until %s", what).isLessThan(deadlineNs);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void changeReply(HeartbeatReply.Builder reply) {
    master.reply = reply.setTerm(1).build();
  }

  @Test
  void anIncarnationEndsWhenTheMasterDoesNotKnowIt() {
    long first = plane.incarnation.number();
    changeReply(HeartbeatReply.newBuilder().addCommands(registerAgain()));
    until("it registers again", () -> master.incarnations.size() >= 2);
    changeReply(HeartbeatReply.newBuilder());
    until("it serves", plane.lease::isHeld);
    assertThat(plane.incarnation.number()).isNotEqualTo(first);
    assertThat(master.incarnations).doesNotHaveDuplicates().contains(plane.incarnation.number());
  }

  @Test
  void anIncarnationEndsLongAfterItsLease() {
    long first = plane.incarnation.number();
    master.away = true;
    until("the lease is over", () -> !plane.lease.isHeld());
    until("its incarnation is over", () -> plane.incarnation.number() != first);
    master.away = false;
    until("it serves", plane.lease::isHeld);
    assertThat(master.lastBeat.getIncarnation()).isEqualTo(plane.incarnation.number());
  }

  @Test
  void aBeatOfANodeThatCannotBeReachedGivesNoLease() {
    changeReply(HeartbeatReply.newBuilder().setLeaseRefused(true));
    until("the lease is over", () -> !plane.lease.isHeld());
    until("it registers as another incarnation", () -> master.incarnations.size() >= 2);
    assertThat(plane.lease.isHeld()).isFalse();
    changeReply(HeartbeatReply.newBuilder());
    until("it serves", plane.lease::isHeld);
  }

  @Test
  void revocationsAreAcknowledgedByTheNextBeat() {
    assertThat(master.lastBeat.getRevokedThrough()).isZero();
    changeReply(HeartbeatReply.newBuilder().setRevokedThrough(7).addRevokedSessions(5));
    until("it is in force", () -> master.lastBeat.getRevokedThrough() == 7);
  }

  @Test
  void replicasAreListedOnceAndThenOnlyIfTheDigestDiffers() {
    until("a digest follows the list", () -> master.parts.size() >= 2);
    assertThat(master.parts.get(0).getDigestOnly()).isFalse();
    assertThat(master.parts.get(1).getDigestOnly()).isTrue();
    master.wantsList = true;
    int before = master.parts.size();
    until(
        "the list follows the digest",
        () -> List.copyOf(master.parts).stream().skip(before).anyMatch(p -> !p.getDigestOnly()));
  }
}
