package org.distrifs.master.service;

import java.util.HashMap;
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
import org.distrifs.runtime.bounded.BoundedMap;

/**
 * What clients tell of chain members that did not do what they should. The answer says where the
 * chunk is and whether it can be written to, after the master has looked for itself.
 */
final class FailureReports {

  /** Chunks whose reports are remembered at once; the oldest is forgotten first. */
  private static final int MAX_COUNTED = 10_000;

  /** A member that is named so often under one version, though it is there, leaves the chain. */
  private static final int REPORTS_TO_ACT = 2;

  /** Who was named how often under one version of a chunk. */
  private record Blame(int version, Map<Integer, Integer> reports) {}

  private final MasterState state;
  private final DatanodeRegistry registry;
  private final ChangeDriver changes;
  private final Probing probing;
  private final ReplyCompleter completer;
  private final FullMembers fullMembers;
  private final Map<Long, Blame> blamed = BoundedMap.byAge(MAX_COUNTED);
  private int waiting;

  FailureReports(
      MasterState state,
      DatanodeRegistry registry,
      ChangeDriver changes,
      Probing probing,
      ReplyCompleter completer,
      FullMembers fullMembers) {
    this.state = state;
    this.registry = registry;
    this.changes = changes;
    this.probing = probing;
    this.completer = completer;
    this.fullMembers = fullMembers;
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
      changeIfMemberIsAway(report.getChunkId());
      answer.accept(locate(report));
      return;
    }
    if (Status.ofCode(report.getStatus()) == Status.CORRUPT_REPLICA
        && changes.isPastMending(report.getChunkId())) {
      answer.accept(
          Replies.failure(
              Errno.EIO,
              "a block of chunk "
                  + report.getChunkId()
                  + " is damaged on every replica: overwrite it, or restore the file that"
                  + " 'distrifs status' names"));
      return;
    }
    if (Status.ofCode(report.getStatus()) == Status.NO_SPACE) {
      boolean goesOn = fullMembers.replace(report.getFailedNodeId(), chunk.get());
      answer.accept(
          goesOn
              ? locate(report)
              : Replies.failure(
                  Errno.ENOSPC,
                  "datanode %d is full, and none is left with room for a replica of chunk %d"
                      .formatted(report.getFailedNodeId(), report.getChunkId())));
      return;
    }
    reconcileIfUnequal(report);
    waiting++;
    probing.probe(
        report.getFailedNodeId(),
        () -> {
          waiting--;
          blame(report);
          changeIfMemberIsAway(report.getChunkId());
          answer.accept(locate(report));
        });
  }

  /**
   * Some refusals mean that the members of the chain do not agree, which only a change puts right.
   */
  private void reconcileIfUnequal(ReportFailure report) {
    switch (Status.ofCode(report.getStatus())) {
      case SUSPECT -> {
        registry.foundSuspect(report.getFailedNodeId(), report.getChunkId());
        changes.want(report.getChunkId());
      }
      case FENCED, STALE_VERSION, SEQUENCE_GAP, CORRUPT_REPLICA ->
          changes.want(report.getChunkId());
      default -> {}
    }
  }

  /**
   * A member that is there, and yet named a second time under one version, goes: its disk is
   * failing, or the link to it is cut one way. The first report is no reason yet: mostly it is
   * completed when its client sends it again. One that only took too long may itself have waited
   * for a write that is stuck behind it: then the members are reconciled, and whoever does not take
   * part in that goes.
   */
  private void blame(ReportFailure report) {
    Status seen = Status.ofCode(report.getStatus());
    boolean isItsFault =
        switch (seen) {
          case DOWNSTREAM_FAILED, IO_FAILURE -> true;
          default -> false;
        };
    if (!isItsFault && seen != Status.TIMED_OUT) {
      return;
    }
    Blame blame = blamed.get(report.getChunkId());
    if (blame == null || blame.version() != report.getVersion()) {
      blame = new Blame(report.getVersion(), new HashMap<>());
      blamed.put(report.getChunkId(), blame);
    }
    int reports = blame.reports().merge(report.getFailedNodeId(), 1, Integer::sum);
    if (reports < REPORTS_TO_ACT || !registry.isAlive(report.getFailedNodeId())) {
      return;
    }
    if (isItsFault) {
      changes.wantWithout(report.getChunkId(), report.getFailedNodeId());
    } else {
      changes.want(report.getChunkId());
    }
  }

  /**
   * A client writes to the chunk, so that its change does not wait until a member counts as dead.
   */
  private void changeIfMemberIsAway(long chunkId) {
    boolean isAway =
        state
            .chunk(chunkId)
            .filter(chunk -> !chunk.isDetached())
            .map(chunk -> !chunk.members().stream().allMatch(registry::isAlive))
            .orElse(false);
    if (isAway) {
      changes.want(chunkId);
    }
  }

  /**
   * An incarnation of a datanode is over: changes of the chunks for which it was reported begin
   * without another report.
   */
  void incarnationEnded(int nodeId) {
    blamed.forEach(
        (chunkId, blame) -> {
          if (blame.reports().containsKey(nodeId)) {
            changeIfMemberIsAway(chunkId);
          }
        });
  }

  private OperationReply locate(ReportFailure report) {
    return state
        .chunk(report.getChunkId())
        .map(chunk -> OperationReply.newBuilder().addChunks(completer.locate(chunk)).build())
        .orElseGet(() -> Replies.failure(Errno.ESTALE, "the chunk is gone"));
  }
}
