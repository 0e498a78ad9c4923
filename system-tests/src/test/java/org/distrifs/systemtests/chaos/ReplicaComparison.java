package org.distrifs.systemtests.chaos;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.connection.SocketChunkTransport;
import org.distrifs.proto.control.LocatedChunk;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.ChunkCounts;
import org.distrifs.systemtests.cluster.LiveFiles;
import org.distrifs.systemtests.cluster.ReplicaFile;

/** Waits until the healed cluster has all its replicas, and compares their bytes on the disks. */
final class ReplicaComparison {
  private static final Duration REPAIR_BOUND = Duration.ofMinutes(4);
  private static final int READ_TIMEOUT_MS = 10_000;

  private final ChaosCluster cluster;
  private final Findings findings;

  ReplicaComparison(ChaosCluster cluster, Findings findings) {
    this.cluster = cluster;
    this.findings = findings;
  }

  /**
   * @param files all files of the run
   */
  void run(List<ModelFile> files) throws Exception {
    findRot(files);
    try {
      Await.until("every chunk has all its replicas", REPAIR_BOUND, this::isWhole);
    } catch (AssertionError e) {
      findings.violation(e.getMessage() + ": " + cluster.status());
      return;
    }
    final StatusReply status = cluster.status();
    for (final ModelFile file : files) {
      for (final LocatedChunk chunk : cluster.locate(file.name()).getChunksList()) {
        compare(file, chunk, status);
      }
    }
  }

  private boolean isWhole() {
    final StatusReply status = cluster.status();
    return cluster.allAlive()
        && status.getServing()
        && ChunkCounts.notFull(status) == 0
        && status.getCorruptReplicasCount() == 0
        && status.getChangesUnderWay() == 0
        && status.getRepair().getChunksWaiting() == 0
        && status.getRepair().getCopiesUnderWay() == 0;
  }

  /** Reads each replica, so that every flipped byte is found, and waits until all are repaired. */
  void findRot(List<ModelFile> files) throws Exception {
    readEveryReplica(files);
    Await.until(
        "no replica is corrupt",
        REPAIR_BOUND,
        () -> cluster.status().getCorruptReplicasCount() == 0);
  }

  private void readEveryReplica(List<ModelFile> files) throws Exception {
    final long clusterId = cluster.status().getClusterId();
    try (IoThreads io = IoThreads.start("chaos");
        SocketChunkTransport transport = new SocketChunkTransport(io, () -> clusterId, "chaos")) {
      for (final ModelFile file : files) {
        for (final LocatedChunk chunk : cluster.locate(file.name()).getChunksList()) {
          for (final Member member : chunk.getLocation().getMembersList()) {
            final DataRequest read =
                new DataRequest.Read(
                    chunk.getLocation().getChunkId(),
                    chunk.getLocation().getVersion(),
                    member.getIncarnation(),
                    0,
                    DataRequest.MAX_PAYLOAD_BYTES,
                    true,
                    false);
            final ByteBuf payload =
                transport
                    .send(
                        new PeerAddress(member.getHost(), member.getPort()),
                        read,
                        null,
                        READ_TIMEOUT_MS)
                    .get(READ_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                    .payload();
            payload.release();
          }
        }
      }
    }
  }

  private void compare(ModelFile file, LocatedChunk chunk, StatusReply status) throws IOException {
    final String name = chunk.getChunk();
    final List<Path> replicas = new ArrayList<>();
    for (final Member member : chunk.getLocation().getMembersList()) {
      final Path data = cluster.dataOfNode(status, member.getNodeId());
      replicas.addAll(LiveFiles.named(data.resolve("chunks"), name));
    }
    if (replicas.size() != status.getReplication()) {
      findings.violation(
          "chunk %s of %s is on %d disks: %s"
              .formatted(name, file.name(), replicas.size(), replicas));
      return;
    }
    final int length =
        chunk.getReplicasList().stream().mapToInt(replica -> replica.getLength()).max().orElse(0);
    for (final Path replica : replicas) {
      findings.verified(length);
      final int mismatch = ReplicaFile.mismatch(replicas.get(0), replica, length);
      if (mismatch >= 0) {
        findings.violation(
            "chunk %s of %s differs from byte %d between %s and %s"
                .formatted(name, file.name(), mismatch, replicas.get(0), replica));
      }
    }
  }
}
