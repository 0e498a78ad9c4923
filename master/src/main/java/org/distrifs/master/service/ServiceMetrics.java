package org.distrifs.master.service;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.distrifs.master.repair.ChunkCondition;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.RepairStatus;
import org.distrifs.runtime.metrics.Metrics;

/** The master's meters. */
final class ServiceMetrics {

  /** What the gauges show, as the owner of the state saw it last. */
  record Snapshot(
      int sessions,
      int collectedProposals,
      int waitingOperations,
      int nodesAlive,
      int nodesUnknown,
      int nodesSilent,
      int nodesDead,
      long nodesFull,
      long nodesNearlyFull,
      long writableBytes,
      int changesUnderWay,
      int changesWaiting,
      int corruptReplicas,
      long corruptBlocksFound,
      long inodes,
      long chunks,
      ChunkTotals chunkTotals,
      RepairStatus repair) {

    static final Snapshot EMPTY =
        new Snapshot(
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            new ChunkTotals(),
            RepairStatus.getDefaultInstance());
  }

  private final Map<Operation.KindCase, Timer> operations = new EnumMap<>(Operation.KindCase.class);
  private final Timer durable;
  private final Counter proposals;
  private final Counter groups;
  private final Counter replies;
  private final Counter replyMessages;
  private volatile Snapshot snapshot = Snapshot.EMPTY;

  ServiceMetrics(Metrics metrics) {
    for (Operation.KindCase kind : Operation.KindCase.values()) {
      if (kind != Operation.KindCase.KIND_NOT_SET) {
        operations.put(
            kind,
            metrics.timer(
                "operation",
                "From an operation's arrival to its answer",
                "kind",
                kind.name().toLowerCase(java.util.Locale.ROOT)));
      }
    }
    durable = metrics.timer("propose", "From the proposal of a journal entry to its application");
    proposals = metrics.counter("journal.entries", "Journal entries proposed");
    groups = metrics.counter("journal.groups", "Groups in which journal entries were proposed");
    replies = metrics.counter("replies", "Operations answered");
    replyMessages = metrics.counter("reply.messages", "Messages in which answers were sent");
    gauge(metrics, "sessions", "Open sessions", () -> snapshot.sessions());
    gauge(
        metrics,
        "proposals.waiting",
        "Journal entries that the log has not taken yet",
        () -> snapshot.collectedProposals());
    gauge(
        metrics,
        "operations.waiting",
        "Operations that wait for a cut, a lock, a probe or a datanode",
        () -> snapshot.waitingOperations());
    nodes(metrics, "alive", () -> snapshot.nodesAlive());
    nodes(metrics, "unknown", () -> snapshot.nodesUnknown());
    nodes(metrics, "silent", () -> snapshot.nodesSilent());
    nodes(metrics, "dead", () -> snapshot.nodesDead());
    gauge(metrics, "datanodes.full", "Alive datanodes without room", () -> snapshot.nodesFull());
    gauge(
        metrics,
        "datanodes.nearly.full",
        "Alive datanodes of which a twentieth, or less, can still be written",
        () -> snapshot.nodesNearlyFull());
    gauge(
        metrics,
        "space.writable.bytes",
        "Bytes that can be written, replicas counted once",
        () -> snapshot.writableBytes());
    gauge(metrics, "changes.running", "Chain changes under way", () -> snapshot.changesUnderWay());
    gauge(metrics, "changes.waiting", "Chain changes due", () -> snapshot.changesWaiting());
    gauge(
        metrics,
        "replicas.corrupt",
        "Damaged blocks that are listed now",
        () -> snapshot.corruptReplicas());
    gauge(
        metrics,
        "corrupt.blocks.found",
        "Damaged blocks that datanodes found since the start",
        () -> snapshot.corruptBlocksFound());
    gauge(metrics, "inodes", "Inodes", () -> snapshot.inodes());
    gauge(metrics, "chunks", "Chunks", () -> snapshot.chunks());
    for (ChunkCondition condition : ChunkCondition.values()) {
      metrics.gauge(
          "chunks.by.condition",
          "Committed chunks of files by what is known of their replicas; short and lost ones call for"
              + " an operator",
          () -> snapshot.chunkTotals().of(condition),
          "condition",
          condition.word());
    }
    gauge(
        metrics,
        "chunks.unavailable",
        "Chunks that cannot be read now, for whatever reason",
        () -> snapshot.chunkTotals().unavailable());
    repairs(metrics);
  }

  private void repairs(Metrics metrics) {
    gauge(
        metrics,
        "repair.waiting",
        "Chunks short of replicas whose repair has not begun",
        () -> snapshot.repair().getChunksWaiting());
    gauge(
        metrics,
        "repair.copies.running",
        "Replicas being copied to make up for lost ones",
        () -> snapshot.repair().getCopiesUnderWay());
    gauge(
        metrics,
        "repair.copies.done",
        "Replicas copied since the start",
        () -> snapshot.repair().getCopiesDone());
    gauge(
        metrics,
        "repair.copies.failed",
        "Copies that failed since the start",
        () -> snapshot.repair().getCopiesFailed());
    gauge(
        metrics,
        "repair.copied.bytes",
        "Bytes of the replicas copied since the start",
        () -> snapshot.repair().getBytesCopied());
    gauge(
        metrics,
        "changes.done",
        "Chain changes that came to their end since the start",
        () -> snapshot.repair().getChainsCommitted());
    gauge(
        metrics,
        "replicas.deleted",
        "Replicas deleted since the start",
        () -> snapshot.repair().getReplicasDeleted());
    gauge(
        metrics,
        "replicas.surplus",
        "Replicas that no chain needs and that are to be deleted",
        () -> snapshot.repair().getReplicasToDelete());
    gauge(
        metrics,
        "orphans",
        "Inodes without a name that are not purged yet",
        () -> snapshot.repair().getOrphans());
  }

  private static void nodes(Metrics metrics, String state, Supplier<Number> value) {
    metrics.gauge("datanodes", "Datanodes by state", value, "state", state);
  }

  private static void gauge(
      Metrics metrics, String thing, String description, Supplier<Number> value) {
    metrics.gauge(thing, description, value);
  }

  void watchQueue(Metrics metrics, MasterLoop loop) {
    gauge(metrics, "queue.length", "Tasks that wait for the master's loop", loop::queued);
  }

  void show(Snapshot latest) {
    snapshot = latest;
  }

  void answered(Operation.KindCase kind, long tookNs) {
    Timer timer = operations.get(kind);
    if (timer != null) {
      timer.record(tookNs, TimeUnit.NANOSECONDS);
    }
  }

  void proposed(int entries) {
    proposals.increment(entries);
    groups.increment();
  }

  void durable(long tookNs) {
    durable.record(tookNs, TimeUnit.NANOSECONDS);
  }

  void sent(int count) {
    replies.increment(count);
    replyMessages.increment();
  }
}
