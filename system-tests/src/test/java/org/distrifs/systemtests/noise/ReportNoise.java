package org.distrifs.systemtests.noise;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.BlockReportPart;
import org.distrifs.proto.control.BlockReportReply;
import org.distrifs.proto.control.ControlChannels;
import org.distrifs.proto.control.DatanodesGrpc;
import org.distrifs.proto.control.RegisterReply;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.proto.control.ReplicaReport;

/**
 * Sends the master invented block reports: from a registered datanode that holds nothing, from
 * former incarnations of real datanodes, and from unknown nodes. One thread.
 */
public final class ReportNoise implements AutoCloseable {
  private static final int BOUND_S = 30;
  private static final int MAX_PARTS = 4;
  private static final int MAX_REPLICAS = 50;
  private static final int LIKELY_CHUNKS = 60;

  private final Random random;
  private final IoThreads io = IoThreads.start("noise");
  private final ManagedChannel channel;
  private final int nodeId;
  private final long incarnation;
  private final long term;

  /** Registers the fake datanode, with no room for chunks and a port where nobody listens. */
  public ReportNoise(PeerAddress master, int deadPort, long seed) {
    random = new Random(seed);
    channel = ControlChannels.open(io, List.of(master), Runnable::run);
    incarnation = random.nextLong() | 1;
    final RegisterReply reply =
        DatanodesGrpc.newBlockingStub(channel)
            .withWaitForReady()
            .withDeadlineAfter(BOUND_S, TimeUnit.SECONDS)
            .register(
                RegisterRequest.newBuilder()
                    .setProtocolVersion(1)
                    .setIncarnation(incarnation)
                    .setHost("127.0.0.1")
                    .setPort(deadPort)
                    .setBootId("noise")
                    .setNodeSecret(random.nextLong())
                    .build());
    nodeId = reply.getNodeId();
    term = reply.getTerm();
  }

  /** The id that the fake datanode was given. */
  public int nodeId() {
    return nodeId;
  }

  /**
   * Sends so many reports of a few parts each; returns how many parts were sent.
   *
   * @throws ExecutionException if the master answered with anything but a reply or a refusal
   */
  public long send(int reports) throws Exception {
    long parts = 0;
    for (int i = 0; i < reports; i++) {
      parts += report();
    }
    return parts;
  }

  private long report() throws InterruptedException, ExecutionException, TimeoutException {
    final CompletableFuture<Void> answered = new CompletableFuture<>();
    final StreamObserver<BlockReportPart> out =
        DatanodesGrpc.newStub(channel)
            .withDeadlineAfter(BOUND_S, TimeUnit.SECONDS)
            .blockReport(new Answer(answered));
    final boolean asFake = random.nextBoolean();
    final int parts = 1 + random.nextInt(MAX_PARTS);
    for (int i = 1; i <= parts; i++) {
      out.onNext(part(asFake, i == parts && random.nextInt(10) > 0));
    }
    out.onCompleted();
    answered.get(BOUND_S, TimeUnit.SECONDS);
    return parts;
  }

  private BlockReportPart part(boolean asFake, boolean last) {
    final BlockReportPart.Builder part =
        BlockReportPart.newBuilder()
            .setNodeId(asFake ? nodeId : random.nextInt(8))
            .setIncarnation(asFake ? incarnation : random.nextLong())
            .setTerm(random.nextBoolean() ? term : random.nextInt())
            .setDigest(random.nextLong())
            .setDigestOnly(random.nextInt(4) == 0)
            .setCount(random.nextInt(100))
            .setLast(last);
    for (int i = random.nextInt(MAX_REPLICAS); i > 0; i--) {
      part.addReplicas(replica());
    }
    return part.build();
  }

  private ReplicaReport replica() {
    final ReplicaReport.Builder replica =
        ReplicaReport.newBuilder()
            .setChunkId(random.nextBoolean() ? random.nextInt(LIKELY_CHUNKS) : random.nextLong())
            .setVersion(random.nextBoolean() ? random.nextInt(5) : random.nextInt())
            .setLength(random.nextInt())
            .setDirty(random.nextBoolean())
            .setSuspect(random.nextBoolean());
    for (int i = random.nextInt(3); i > 0; i--) {
      replica.addCorruptBlocks(random.nextInt());
    }
    return replica.build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    io.close();
  }

  /**
   * The end of a call. A refusal is as good an answer as a reply; a broken master gives neither.
   */
  private record Answer(CompletableFuture<Void> answered)
      implements StreamObserver<BlockReportReply> {
    @Override
    public void onNext(BlockReportReply reply) {}

    @Override
    public void onError(Throwable refused) {
      switch (Status.fromThrowable(refused).getCode()) {
        case FAILED_PRECONDITION, INVALID_ARGUMENT -> answered.complete(null);
        default -> answered.completeExceptionally(refused);
      }
    }

    @Override
    public void onCompleted() {
      answered.complete(null);
    }
  }
}
