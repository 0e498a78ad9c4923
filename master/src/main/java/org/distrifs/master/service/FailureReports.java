package org.distrifs.master.service;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.distrifs.master.chain.ChangeDriver;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReportFailure;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.frame.Status;

/**
 * What clients tell of chain members that did not do what they should. The answer says where the
 * chunk is and whether it can be written to, after the master has looked for itself.
 */
final class FailureReports {

  /** Chunks whose reports are counted at once; the oldest is forgotten first. */
  private static final int MAX_COUNTED = 10_000;

  /** A member that fails so often though it is there does not get well by itself. */
  private static final int REPORTS_TO_COMPARE = 2;

  /** Reports of one chunk under one version. */
  private record Count(int version, int reports) {}

  private final MasterState state;
  private final DatanodeRegistry registry;
  private final ChangeDriver changes;
  private final Probing probing;
  private final ReplyCompleter completer;
  private final Map<Long, Count> counts =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Count> eldest) {
          return size() > MAX_COUNTED;
        }
      };
  private int waiting;

  FailureReports(
      MasterState state,
      DatanodeRegistry registry,
      ChangeDriver changes,
      Probing probing,
      ReplyCompleter completer) {
    this.state = state;
    this.registry = registry;
    this.changes = changes;
    this.probing = probing;
    this.completer = completer;
  }

  int waiting() {
    return waiting;
  }

  void take(ReportFailure report, Consumer<OperationReply> answer) {
    Optional<ChunkInfo> chunk = state.chunk(report.getChunkId());
    if (chunk.isEmpty() || chunk.get().inode() != report.getInode()) {
      answer.accept(
          Replies.failure(Errno.ESTALE, "chunk " + report.getChunkId() + " is not of this file"));
      return;
    }
    boolean isCurrent = chunk.get().version() == report.getVersion();
    boolean isMember = chunk.get().members().contains(report.getFailedNodeId());
    if (!isCurrent || !isMember) {
      answer.accept(locate(report));
      return;
    }
    compareIfUnequal(report);
    waiting++;
    probing.probe(
        report.getFailedNodeId(),
        () -> {
          waiting--;
          compareIfStuck(report);
          answer.accept(locate(report));
        });
  }

  /** Some refusals mean that the members of the chain do not agree, which only a change mends. */
  private void compareIfUnequal(ReportFailure report) {
    switch (Status.ofCode(report.getStatus())) {
      case SUSPECT -> {
        registry.foundSuspect(report.getFailedNodeId(), report.getChunkId());
        changes.want(report.getChunkId());
      }
      case FENCED, STALE_VERSION, SEQUENCE_GAP -> changes.want(report.getChunkId());
      default -> {}
    }
  }

  /**
   * A write that went through part of the chain, and whose client does not come back, stands in the
   * way of all others until a change. The first report of a chain is no reason yet: mostly it is
   * settled when its client sends again.
   */
  private void compareIfStuck(ReportFailure report) {
    boolean mayBeStuck =
        switch (Status.ofCode(report.getStatus())) {
          case DOWNSTREAM_FAILED, TIMED_OUT, IO_FAILURE -> true;
          default -> false;
        };
    if (!mayBeStuck || !registry.isAlive(report.getFailedNodeId())) {
      return;
    }
    Count count =
        counts.merge(
            report.getChunkId(),
            new Count(report.getVersion(), 1),
            (before, first) ->
                before.version() == first.version()
                    ? new Count(first.version(), before.reports() + 1)
                    : first);
    if (count.reports() >= REPORTS_TO_COMPARE) {
      counts.remove(report.getChunkId());
      changes.want(report.getChunkId());
    }
  }

  private OperationReply locate(ReportFailure report) {
    return state
        .chunk(report.getChunkId())
        .map(chunk -> OperationReply.newBuilder().addChunks(completer.locate(chunk)).build())
        .orElseGet(() -> Replies.failure(Errno.ESTALE, "the chunk is gone"));
  }
}
