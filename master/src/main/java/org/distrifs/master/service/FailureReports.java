package org.distrifs.master.service;

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

  private final MasterState state;
  private final DatanodeRegistry registry;
  private final ChangeDriver changes;
  private final Probing probing;
  private final ReplyCompleter completer;
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

  private OperationReply locate(ReportFailure report) {
    return state
        .chunk(report.getChunkId())
        .map(chunk -> OperationReply.newBuilder().addChunks(completer.locate(chunk)).build())
        .orElseGet(() -> Replies.failure(Errno.ESTALE, "the chunk is gone"));
  }
}
