package org.distrifs.datanode.report;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.CorruptBlock;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.proto.id.ReplicaDigest;

/** Puts into messages what the store knows, from memory. */
public final class ReplicaReports {

  /** Bounds of the protocol; {@code control.proto} has them. */
  static final int MAX_CHANGED = 1024;

  static final int MAX_CORRUPT = 1024;
  public static final int MAX_TROUBLED = 1024;
  static final int MAX_CORRUPT_PER_REPLICA = 64;
  static final int MAX_REPLICAS_PER_PART = 10_000;

  private final ChunkStore store;

  public ReplicaReports(ChunkStore store) {
    this.store = store;
  }

  /** A heartbeat with what changed since the last one, to be completed by the caller. */
  public HeartbeatRequest heartbeat(int nodeId, long incarnation) {
    HeartbeatRequest.Builder beat =
        HeartbeatRequest.newBuilder()
            .setNodeId(nodeId)
            .setIncarnation(incarnation)
            .setTotalBytes(store.totalBytes())
            .setAvailableBytes(store.roomBytes())
            .setFreeBytes(store.freeBytes())
            .setReplicas(store.count())
            .setCorruptBlocksFound(store.corruptBlocksFound())
            .setQuarantinedReplicas(store.quarantinedReplicas());
    for (CorruptBlock block : store.corruptBlocks(MAX_CORRUPT)) {
      beat.addCorrupt(
          org.distrifs.proto.control.CorruptBlock.newBuilder()
              .setChunkId(block.chunkId())
              .setVersion(block.version())
              .setBlock(block.block()));
    }
    for (long chunkId : store.takeChanged(MAX_CHANGED)) {
      ReplicaState state = store.find(chunkId);
      if (state != null) {
        beat.addChanged(report(state));
      }
    }
    return beat.build();
  }

  /** Every replica, in parts that fit a message; at least one part. */
  public List<List<ReplicaReport>> all() {
    List<List<ReplicaReport>> parts = new ArrayList<>();
    parts.add(new ArrayList<>());
    store.forEach(
        state -> {
          List<ReplicaReport> last = parts.get(parts.size() - 1);
          if (last.size() == MAX_REPLICAS_PER_PART) {
            last = new ArrayList<>();
            parts.add(last);
          }
          last.add(report(state));
        });
    return parts;
  }

  /**
   * A digest of the list of all replicas.
   *
   * @param sum of their {@link ReplicaDigest}s
   */
  public record Digest(long sum, long count) {}

  public Digest digest() {
    long[] sumAndCount = new long[2];
    store.forEach(
        state -> {
          sumAndCount[0] +=
              ReplicaDigest.of(
                  state.chunkId(), state.version(), state.lengthBytes(), state.suspect());
          sumAndCount[1]++;
        });
    return new Digest(sumAndCount[0], sumAndCount[1]);
  }

  private static ReplicaReport report(ReplicaState state) {
    ReplicaReport.Builder report =
        ReplicaReport.newBuilder()
            .setChunkId(state.chunkId())
            .setVersion(state.version())
            .setLength(state.lengthBytes())
            .setDirty(state.dirty())
            .setSuspect(state.suspect());
    state.corruptBlocks().stream().limit(MAX_CORRUPT_PER_REPLICA).forEach(report::addCorruptBlocks);
    return report.build();
  }
}
