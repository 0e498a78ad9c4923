package org.distrifs.master.service;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.placement.Placement;
import org.distrifs.master.state.Applied;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.NumberedOperation;
import org.distrifs.proto.control.NumberedReply;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.Candidates;
import org.distrifs.proto.journal.ClientMutation;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Carries out what clients ask: reads at once, mutations through the journal, exactly once. The
 * answer of a mutation that was applied before is given again without another entry.
 */
final class MetadataOperations implements OperationSink {

  /**
   * How long an operation waits for datanodes that have not been heard since the master's start,
   * before its client is told to wait itself.
   */
  static final long POSTPONE_NS = TimeUnit.SECONDS.toNanos(10);

  /** How long an operation waits for room that is being given back by removed files. */
  static final long WAIT_FOR_ROOM_NS = TimeUnit.SECONDS.toNanos(15);

  /** Bytes of a mutation: more than any client has to say at once, less than the journal takes. */
  private static final int MAX_MUTATION_BYTES = 1 << 20;

  private final MasterState state;
  private final JournalPipeline journal;
  private final ChunkPlacement placement;
  private final ClusterSpace space;
  private final CutGuard cutGuard;
  private final CutWaits cutWaits;
  private final AppendWaits appendWaits;
  private final LockWaits lockWaits;
  private final FailureReports failureReports;
  private final ReplyCompleter completer;
  private final ServingState serving;
  private final ServiceMetrics metrics;
  private final ClockSource clock;
  private final Set<ClientSession> toFlush = new LinkedHashSet<>();
  private List<PendingOperation> postponed = new ArrayList<>();

  MetadataOperations(
      MasterState state,
      JournalPipeline journal,
      ChunkPlacement placement,
      ClusterSpace space,
      CutGuard cutGuard,
      CutWaits cutWaits,
      AppendWaits appendWaits,
      LockWaits lockWaits,
      FailureReports failureReports,
      ReplyCompleter completer,
      ServingState serving,
      ServiceMetrics metrics,
      ClockSource clock) {
    this.state = state;
    this.journal = journal;
    this.placement = placement;
    this.space = space;
    this.cutGuard = cutGuard;
    this.cutWaits = cutWaits;
    this.appendWaits = appendWaits;
    this.lockWaits = lockWaits;
    this.failureReports = failureReports;
    this.completer = completer;
    this.serving = serving;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Takes an operation that a stream brought. */
  void accept(ClientSession session, NumberedOperation numbered, long arrivedNs) {
    PendingOperation operation = new PendingOperation(session, numbered, arrivedNs);
    if (!session.hasSlot(operation.slot())) {
      answer(operation, Replies.failure(Errno.EINVAL, "the session has no such slot"));
      return;
    }
    PendingOperation before = session.inFlight(operation.slot());
    if (before != null) {
      if (before.number() != operation.number()) {
        refuseBusySlot(operation, before);
      }
      // Otherwise it was sent again on a new stream; the answer of the first will serve.
      return;
    }
    session.begin(operation);
    again(operation);
  }

  private void refuseBusySlot(PendingOperation operation, PendingOperation before) {
    queueReply(
        operation,
        Replies.failure(
            Errno.EINVAL,
            "operation %d is still under way on slot %d"
                .formatted(before.number(), before.slot())));
  }

  @Override
  public void again(PendingOperation operation) {
    if (operation.session().isEnded()) {
      return;
    }
    if (!serving.isServing()) {
      answer(operation, Replies.failure(Errno.EIO, serving.reason()));
      return;
    }
    switch (operation.operation().getKindCase()) {
      case LOOKUP,
          GET_ATTRIBUTES,
          READ_DIRECTORY,
          READ_LINK,
          GET_CHAINS,
          STAT_FILE_SYSTEM,
          GET_EXTENDED_ATTRIBUTE,
          LIST_EXTENDED_ATTRIBUTES,
          FIND_INODE ->
          answer(operation, read(operation));
      case TEST_LOCK -> {
        if (!lockWaits.holdsUpTest(operation)) {
          answer(operation, read(operation));
        }
      }
      case REPORT_FAILURE ->
          failureReports.take(
              operation.operation().getReportFailure(), reply -> answer(operation, reply));
      case KIND_NOT_SET ->
          answer(operation, Replies.failure(Errno.EINVAL, "the operation is not known here"));
      default -> mutate(operation);
    }
  }

  private OperationReply read(PendingOperation operation) {
    return state.lead(operation.names())
        ? state.read(operation.session().id(), operation.operation())
        : staleName();
  }

  private static OperationReply staleName() {
    return Replies.failure(Errno.ESTALE, "a name that it goes by leads elsewhere now");
  }

  private void mutate(PendingOperation operation) {
    Optional<Applied.Replied> remembered =
        state.remembered(operation.session().id(), operation.slot(), operation.number());
    if (remembered.isPresent()) {
      conclude(operation, remembered.get());
      return;
    }
    // Looked at here and not when the entry is applied, so that the journal does without the names:
    // a
    // rename that was answered before this operation came has been applied.
    if (!state.lead(operation.names())) {
      answer(operation, staleName());
      return;
    }
    Operation asked = operation.operation();
    if (asked.hasAcquireAppend()
        && state.mustWait(operation.session().id(), asked.getAcquireAppend())) {
      appendWaits.park(operation, asked.getAcquireAppend().getInode(), this);
      return;
    }
    if (journal.isFull()) {
      answer(operation, Replies.failure(Errno.EAGAIN, "the journal has no room for more at once"));
      return;
    }
    if (asked.getSerializedSize() > MAX_MUTATION_BYTES) {
      answer(
          operation,
          Replies.failure(Errno.E2BIG, "a mutation has at most " + MAX_MUTATION_BYTES + " bytes"));
      return;
    }
    if (lockWaits.holdsUp(operation, this)) {
      return;
    }
    ClientMutation.Builder mutation =
        ClientMutation.newBuilder()
            .setSessionId(operation.session().id())
            .setSlot(operation.slot())
            .setNumber(operation.number())
            .setOperation(asked);
    Optional<OperationReply> refusal = prepare(operation, mutation);
    if (refusal.isPresent()) {
      postponeOrRefuse(operation, refusal.get());
      return;
    }
    journal.propose(
        JournalEntry.newBuilder().setClient(mutation), applied -> applied(operation, applied));
  }

  /** Adds what the proposer supplies; the answer, if it cannot be supplied. */
  private Optional<OperationReply> prepare(
      PendingOperation operation, ClientMutation.Builder mutation) {
    Operation asked = operation.operation();
    return switch (asked.getKindCase()) {
      case CREATE, CREATE_UNNAMED -> {
        if (asked.getCreate().getWithFirstChunk() || asked.getCreateUnnamed().getWithFirstChunk()) {
          // A file without its first chunk is as good; whoever writes to it will ask for one.
          place(mutation, state.chunkSizeBytes());
        }
        yield Optional.empty();
      }
      case ALLOCATE_CHUNK -> {
        boolean exists = exists(asked.getAllocateChunk());
        // A chunk that exists needs no chain, unless an entry before this one takes it away.
        Optional<OperationReply> refusal = place(mutation, exists ? 0 : state.chunkSizeBytes());
        yield exists ? Optional.empty() : refusal;
      }
      case SET_ATTRIBUTES -> cutGuard.obstacle(asked.getSetAttributes());
      default -> Optional.empty();
    };
  }

  private boolean exists(AllocateChunk asked) {
    return state.chunksOf(asked.getInode(), asked.getIndex(), 1).stream()
        .anyMatch(chunk -> chunk.index() == asked.getIndex());
  }

  /**
   * Adds a chain for a new chunk; the answer, if there is none.
   *
   * @param chunkBytes that the chunk may grow to; 0 if it will hardly be made
   */
  private Optional<OperationReply> place(ClientMutation.Builder mutation, long chunkBytes) {
    Placement chosen = placement.place(chunkBytes, clock.monotonicNs());
    if (chosen instanceof Placement.Refused refused) {
      return Optional.of(Replies.failure(refused.errno(), refused.reason()));
    }
    mutation.addCandidates(
        Candidates.newBuilder().addAllNodeIds(((Placement.Chosen) chosen).nodeIds()));
    return Optional.empty();
  }

  private void postponeOrRefuse(PendingOperation operation, OperationReply refusal) {
    long patienceNs = 0;
    if (refusal.getErrno() == Errno.EAGAIN.code()) {
      patienceNs = POSTPONE_NS;
    } else if (refusal.getErrno() == Errno.ENOSPC.code() && space.isComingBack()) {
      patienceNs = WAIT_FOR_ROOM_NS;
    }
    if (clock.monotonicNs() - operation.arrivedNs() < patienceNs) {
      postponed.add(operation);
    } else {
      answer(operation, refusal);
    }
  }

  private void applied(PendingOperation operation, Applied applied) {
    if (operation.session().isEnded()) {
      return;
    }
    if (applied instanceof Applied.Replied replied) {
      conclude(operation, replied);
    } else if (applied instanceof Applied.MustWait wait) {
      cutWaits.park(operation, wait.inode());
    } else if (applied instanceof Applied.MustWaitForAppend wait) {
      appendWaits.park(operation, wait.inode(), this);
    } else if (applied instanceof Applied.LockedOut) {
      lockWaits.holdUp(operation, this);
    } else if (applied instanceof Applied.Refused refused) {
      answer(operation, Replies.failure(Errno.EIO, refused.reason()));
    } else {
      throw new IllegalStateException("a client's mutation came to " + applied);
    }
  }

  private void conclude(PendingOperation operation, Applied.Replied replied) {
    if (replied.cut().isPresent()) {
      cutWaits.await(operation, replied.reply(), replied.cut().get());
    } else {
      answer(operation, replied.reply());
    }
  }

  @Override
  public void answer(PendingOperation operation, OperationReply reply) {
    metrics.answered(
        operation.operation().getKindCase(), clock.monotonicNs() - operation.arrivedNs());
    operation.session().finish(operation);
    queueReply(operation, completer.complete(reply));
  }

  private void queueReply(PendingOperation operation, OperationReply reply) {
    NumberedReply numbered =
        NumberedReply.newBuilder()
            .setSlot(operation.slot())
            .setNumber(operation.number())
            .setReply(reply)
            .build();
    if (operation.session().queue(numbered)) {
      toFlush.add(operation.session());
    }
  }

  /** The stream of a session takes messages again. */
  void ready(ClientSession session) {
    toFlush.add(session);
  }

  /** Sends the answers that are ready. */
  void flush() {
    if (!toFlush.isEmpty()) {
      toFlush.forEach(session -> session.flush(metrics));
      toFlush.clear();
    }
  }

  /** Tries again what waits for datanodes. */
  void tick(long nowNs) {
    List<PendingOperation> due = postponed;
    postponed = new ArrayList<>();
    due.forEach(this::again);
    cutWaits.tick(nowNs, this);
    appendWaits.tick(nowNs, this);
    lockWaits.tick(nowNs, this);
  }

  /** Operations that wait for something else than the journal. */
  int waiting() {
    return postponed.size()
        + cutWaits.size()
        + appendWaits.size()
        + lockWaits.size()
        + failureReports.waiting();
  }

  /** The append lease of a file was given or released. */
  void appendLeaseMoved(long inode) {
    appendWaits.moved(inode, this);
  }

  /** An entry was applied, by which locks may have gone that others wait for. */
  void locksMayHaveGone(JournalEntry entry) {
    lockWaits.applied(entry, this);
  }

  /** A session was asked whether a lock is still held, and has answered. */
  void lockQuestionAnswered(ClientSession session, long number) {
    lockWaits.questionAnswered(session, number, this);
  }

  /** Something that cuts wait for may have happened. */
  void cutsMayBeDone(long inode) {
    cutWaits.resolve(inode, this);
  }
}
