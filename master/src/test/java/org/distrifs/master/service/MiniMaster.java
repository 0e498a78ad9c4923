package org.distrifs.master.service;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.distrifs.master.journal.ReplicatedLog;
import org.distrifs.master.liveness.LivenessBounds;
import org.distrifs.master.liveness.TransportProbe;
import org.distrifs.master.placement.RackAwarePlacement;
import org.distrifs.master.repair.RepairBounds;
import org.distrifs.proto.control.AdministrationGrpc;
import org.distrifs.proto.control.BlockReportPart;
import org.distrifs.proto.control.BlockReportReply;
import org.distrifs.proto.control.DatanodesGrpc;
import org.distrifs.proto.control.ForgetNodeRequest;
import org.distrifs.proto.control.HeartbeatReply;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.NodeCommand;
import org.distrifs.proto.control.RegisterReply;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.proto.control.StatusRequest;
import org.distrifs.runtime.clock.ManualClock;
import org.distrifs.runtime.clock.SeededEntropy;
import org.distrifs.runtime.metrics.Metrics;

/** A master on a loopback port, over a log and datanodes that outlive it. */
final class MiniMaster implements AutoCloseable {

  static final int BASE_PORT = 7400;
  static final long REPAIR_START_AFTER_MS = 20_000;
  private static final long GIB = 1L << 30;
  private static final long CONDITION_BOUND_MS = 10_000;

  /** Shorter than the step of time that the master takes for a pause of its own process. */
  private static final long STEP_MS = 900;

  private static final long UNTIL_STEP_MS = 20;

  final ManualClock clock = new ManualClock(1_000_000_000L);
  final FakeDatanodes datanodes = new FakeDatanodes();
  private final MemoryLog log;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private ReplicatedLog openLog;
  private MasterService service;
  private Server server;
  private Metrics metrics;
  private final Set<Integer> reportsWanted = new HashSet<>();
  private long firstIncarnation = 100;

  MiniMaster(MemoryLog log) throws IOException {
    this.log = log;
    start(false);
  }

  private void start(boolean acceptsRollback) throws IOException {
    metrics = new Metrics("master");
    openLog = log.open();
    SeededEntropy entropy = new SeededEntropy(1);
    ServiceSettings settings =
        new ServiceSettings(
            3,
            2,
            0,
            new LivenessBounds(3000, 8000, 11_000, 30_000, 30_000),
            30_000,
            3000,
            60_000,
            16,
            30_000,
            8,
            new RepairBounds(3, 2, 8, 2, REPAIR_START_AFTER_MS));
    service =
        new MasterService(
            settings,
            openLog,
            datanodes,
            new TransportProbe(datanodes),
            new RackAwarePlacement(3, 2, 0, entropy),
            clock,
            entropy,
            metrics);
    if (acceptsRollback) {
      service.acceptRollback();
    }
    service.start();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    builder.directExecutor();
    service.endpoints().forEach(builder::addService);
    server = builder.build().start();
  }

  /** Restarts the master, as after kill -9. */
  void restart() throws IOException {
    stop();
    start(false);
  }

  /** Like {@link #restart}, with {@code --accept-rollback}. */
  void restartAcceptingRollback() throws IOException {
    stop();
    start(true);
  }

  private void stop() throws IOException {
    channels.forEach(ManagedChannel::shutdownNow);
    channels.clear();
    server.shutdownNow();
    service.close();
    closeLog();
    metrics.close();
  }

  private void closeLog() throws IOException {
    openLog.close();
  }

  @Override
  public void close() throws IOException {
    stop();
  }

  ManagedChannel channel() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
            .usePlaintext()
            .directExecutor()
            .build();
    channels.add(channel);
    return channel;
  }

  /** Lets time pass, in steps that do not look like a pause of the process. */
  void pass(long ms) {
    for (long passed = 0; passed < ms; passed += STEP_MS) {
      clock.advance(Math.min(STEP_MS, ms - passed), TimeUnit.MILLISECONDS);
      status();
      status();
    }
  }

  /** The master's time, counted from an arbitrary zero. */
  long timeMs() {
    return TimeUnit.NANOSECONDS.toMillis(clock.monotonicNs());
  }

  /** Like {@link #pass}, up to a {@link #timeMs}. Does nothing if that is past. */
  void passUntil(long endMs) {
    pass(endMs - timeMs());
  }

  RegisterRequest.Builder registration(int node) {
    return RegisterRequest.newBuilder()
        .setProtocolVersion(1)
        .setIncarnation(firstIncarnation + node)
        .setHost("127.0.0.1")
        .setPort(BASE_PORT + node)
        .setNodeSecret(1000 + node)
        .setTotalBytes(100 * GIB)
        .setAvailableBytes(50 * GIB);
  }

  RegisterReply register(RegisterRequest.Builder request) {
    return DatanodesGrpc.newBlockingStub(channel()).register(request.build());
  }

  /** Registers nodes 1 to {@code count}. */
  void nodesJoin(int count) {
    for (int node = 1; node <= count; node++) {
      register(registration(node));
    }
  }

  HeartbeatReply beat(int node) {
    return beat(beat -> {}, node);
  }

  /** The nodes that were asked for a block report in answers to heartbeats since the last call. */
  Set<Integer> takeReportsWanted() {
    Set<Integer> wanted = Set.copyOf(reportsWanted);
    reportsWanted.clear();
    return wanted;
  }

  /** The warnings of the master's health. */
  List<String> warnings() {
    return service.health().warnings();
  }

  HeartbeatReply beat(Consumer<HeartbeatRequest.Builder> more, int node) {
    HeartbeatRequest.Builder beat =
        HeartbeatRequest.newBuilder()
            .setNodeId(node)
            .setIncarnation(firstIncarnation + node)
            .setTotalBytes(100 * GIB)
            .setAvailableBytes(50 * GIB);
    more.accept(beat);
    HeartbeatReply reply = DatanodesGrpc.newBlockingStub(statusChannel()).heartbeat(beat.build());
    if (reply.getCommandsList().stream().anyMatch(NodeCommand::hasReportBlocks)) {
      reportsWanted.add(node);
    }
    return reply;
  }

  /** Registers nodes 1 to {@code count} under new incarnations, as after a start of the master. */
  void nodesRestart(int count) {
    firstIncarnation += 1000;
    for (int node = 1; node <= count; node++) {
      register(registration(node).setNodeId(node));
    }
  }

  /** Registers a node as restarted after an unclean stop. */
  void nodeRestarts(int node) {
    firstIncarnation += 1000;
    register(registration(node).setNodeId(node).setUncleanStart(true));
  }

  void report(int node, long incarnation, ReplicaReport... replicas) throws Exception {
    report(
        BlockReportPart.newBuilder()
            .setNodeId(node)
            .setIncarnation(incarnation)
            .setLast(true)
            .addAllReplicas(List.of(replicas)));
  }

  BlockReportReply report(BlockReportPart.Builder part) throws Exception {
    java.util.concurrent.CompletableFuture<BlockReportReply> done =
        new java.util.concurrent.CompletableFuture<>();
    var parts =
        DatanodesGrpc.newStub(statusChannel())
            .blockReport(
                new io.grpc.stub.StreamObserver<>() {
                  @Override
                  public void onNext(BlockReportReply reply) {
                    done.complete(reply);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    done.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    parts.onNext(part.build());
    return TestClient.await(done);
  }

  long incarnation(int node) {
    return firstIncarnation + node;
  }

  StatusReply status() {
    return AdministrationGrpc.newBlockingStub(statusChannel())
        .status(StatusRequest.getDefaultInstance());
  }

  /**
   * @throws io.grpc.StatusRuntimeException with the reasons, if the node is kept
   */
  void forgetNode(int node) {
    AdministrationGrpc.newBlockingStub(statusChannel())
        .forgetNode(ForgetNodeRequest.newBuilder().setNodeId(node).build());
  }

  /** How many operations wait for something other than the journal, by the metrics. */
  int waiting() {
    String line =
        metrics
            .scrape()
            .lines()
            .filter(each -> each.matches("[a-z_]*operations_waiting[{ ].*"))
            .findFirst()
            .orElseThrow();
    return (int) Double.parseDouble(line.substring(line.lastIndexOf(' ')));
  }

  private ManagedChannel statusChannel() {
    return channels.isEmpty() ? channel() : channels.get(0);
  }

  /**
   * Waits for a condition, while the master's time passes slowly, so that little of it passes while
   * a message is under way.
   */
  void until(BooleanSupplier condition) {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CONDITION_BOUND_MS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > endNs) {
        throw new AssertionError("did not come about within " + CONDITION_BOUND_MS + " ms");
      }
      pass(UNTIL_STEP_MS);
    }
  }
}
