package org.distrifs.master.chain;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.master.state.Applied;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.journal.ChangeCommit;
import org.distrifs.proto.journal.ChangeReserve;
import org.distrifs.proto.journal.JournalEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the changes that chunks need, a bounded number at once, each until it succeeded: a failed
 * one is begun again under a higher version as soon as all members can be used.
 *
 * <p>What a change does follows from the journal alone: it cuts the chunk if the chunk's file waits
 * for that, and compares the replicas in any case. So a chunk only has to be named here, once or
 * ten times. Belongs to the thread that owns the master's state.
 */
public final class ChangeDriver {

  /**
   * Chunks that wait for a change at most. Whoever finds no place is found again: by the next block
   * report, or when its client asks again.
   */
  static final int MAX_WAITING = 100_000;

  /** Waiting chunks that are looked at in one step, so that a step stays short. */
  private static final int MAX_LOOKED_AT = 512;

  private static final Logger LOG = LoggerFactory.getLogger(ChangeDriver.class);

  /** A chunk that needs a change. */
  private static final class Wish {
    private final long sinceNs;
    private int failures;
    private long notBeforeNs;
    private String reason = "its members are not all alive";

    Wish(long nowNs) {
      sinceNs = nowNs;
      notBeforeNs = nowNs;
    }
  }

  /** A change under way. */
  private static final class Running {
    private final ChangeProcedure procedure;
    private final Wish wish;
    private final long deadlineNs;
    private boolean wantedAgain;

    Running(ChangeProcedure procedure, Wish wish, long deadlineNs) {
      this.procedure = procedure;
      this.wish = wish;
      this.deadlineNs = deadlineNs;
    }
  }

  private final ChangeEnvironment environment;
  private final ChangeBounds bounds;
  private final Map<Long, Running> running = new HashMap<>();

  /** Chunks whose callers wait: looked at first. */
  private final LinkedHashMap<Long, Wish> waitingCuts = new LinkedHashMap<>();

  private final LinkedHashMap<Long, Wish> waitingComparisons = new LinkedHashMap<>();

  /** Whether something may begin that could not at the last look. */
  private boolean lookAgain;

  public ChangeDriver(ChangeEnvironment environment, ChangeBounds bounds) {
    this.environment = environment;
    this.bounds = bounds;
  }

  /** Says that a chunk needs a change; it begins at the next {@link #beginWanted}. */
  public void want(long chunkId) {
    lookAgain = true;
    Running change = running.get(chunkId);
    if (change != null) {
      change.wantedAgain |= cutOf(chunkId).isPresent() && change.procedure.goal().cut().isEmpty();
      return;
    }
    enqueue(chunkId, new Wish(environment.nowNs()));
  }

  /** A datanode is back, or has said what it holds: more can begin now. */
  public void lookAgain() {
    lookAgain = true;
  }

  private void enqueue(long chunkId, Wish wish) {
    if (cutOf(chunkId).isPresent()) {
      Wish earlier = waitingComparisons.remove(chunkId);
      waitingCuts.putIfAbsent(chunkId, earlier == null ? wish : earlier);
    } else if (waitingComparisons.size() < MAX_WAITING) {
      waitingComparisons.putIfAbsent(chunkId, wish);
    }
  }

  private Optional<PendingCut> cutOf(long chunkId) {
    return environment
        .chunk(chunkId)
        .filter(chunk -> !chunk.isDetached())
        .flatMap(chunk -> environment.pendingCut(chunk.inode()))
        .filter(cut -> cut.chunkId() == chunkId);
  }

  /** Whether writers have to wait because a change of this chunk is under way or due. */
  public boolean isChanging(long chunkId) {
    return running.containsKey(chunkId)
        || waitingCuts.containsKey(chunkId)
        || waitingComparisons.containsKey(chunkId);
  }

  public int underWay() {
    return running.size();
  }

  public int waiting() {
    return waitingCuts.size() + waitingComparisons.size();
  }

  /** Who or what the change of a chunk waits for: a clause for logs and answers. */
  public String waitsFor(long chunkId) {
    Running change = running.get(chunkId);
    if (change != null) {
      return change.procedure.toString();
    }
    Wish wish = waitingCuts.getOrDefault(chunkId, waitingComparisons.get(chunkId));
    return wish == null ? "nothing" : wish.reason;
  }

  /** Lets time pass. To be called several times a second. */
  public void tick() {
    long nowNs = environment.nowNs();
    for (Running change : List.copyOf(running.values())) {
      if (nowNs - change.deadlineNs > 0) {
        feed(change, new ChangeEvent.TimedOut());
      }
    }
    lookAgain = true;
    beginWanted();
  }

  /** Begins what can begin, if anything was wanted or has ended since the last look. */
  public void beginWanted() {
    if (!lookAgain) {
      return;
    }
    lookAgain = false;
    long nowNs = environment.nowNs();
    beginFrom(waitingCuts, nowNs);
    beginFrom(waitingComparisons, nowNs);
  }

  private void beginFrom(LinkedHashMap<Long, Wish> waiting, long nowNs) {
    Map<Long, Wish> later = new LinkedHashMap<>();
    Map<Long, Wish> now = new LinkedHashMap<>();
    Iterator<Map.Entry<Long, Wish>> all = waiting.entrySet().iterator();
    for (int looked = 0; looked < MAX_LOOKED_AT && all.hasNext(); looked++) {
      if (running.size() + now.size() >= bounds.maxUnderWay()) {
        break;
      }
      Map.Entry<Long, Wish> entry = all.next();
      Optional<ChunkInfo> chunk =
          environment.chunk(entry.getKey()).filter(each -> !each.isDetached());
      if (chunk.isPresent()) {
        boolean ready =
            nowNs - entry.getValue().notBeforeNs >= 0
                && chunk.get().members().stream()
                    .allMatch(node -> environment.usable(node).isPresent());
        (ready ? now : later).put(entry.getKey(), entry.getValue());
      }
      all.remove();
    }
    // To the end: so that in the next step others have their turn.
    waiting.putAll(later);
    now.forEach(this::begin);
  }

  private void begin(long chunkId, Wish wish) {
    ChunkInfo chunk = environment.chunk(chunkId).orElseThrow();
    ChangeGoal goal =
        new ChangeGoal(
            chunkId,
            chunk.version(),
            chunk.reservedVersion() + 1,
            chunk.members(),
            cutOf(chunkId),
            chunk.fresh() && !chunk.isChanging());
    Running change =
        new Running(
            new ChangeProcedure(goal),
            wish,
            environment.nowNs() + TimeUnit.MILLISECONDS.toNanos(bounds.changeTimeoutMs()));
    running.put(chunkId, change);
    carryOut(change, change.procedure.begin());
  }

  private void feed(Running change, ChangeEvent event) {
    carryOut(change, change.procedure.on(event));
  }

  private void carryOut(Running change, List<ChangeAction> actions) {
    for (ChangeAction action : actions) {
      if (action instanceof ChangeAction.Reserve) {
        reserve(change);
      } else if (action instanceof ChangeAction.Tell tell) {
        tell(change, tell);
      } else if (action instanceof ChangeAction.Commit commit) {
        commit(change, commit.version());
      } else if (action instanceof ChangeAction.End end) {
        end(change, end.outcome());
      }
    }
  }

  private void reserve(Running change) {
    ChangeGoal goal = change.procedure.goal();
    environment.journal(
        JournalEntry.newBuilder()
            .setChangeReserve(
                ChangeReserve.newBuilder().setChunkId(goal.chunkId()).setVersion(goal.version())),
        applied -> feed(change, eventOf(applied, new ChangeEvent.Reserved())));
  }

  private void commit(Running change, int version) {
    ChangeGoal goal = change.procedure.goal();
    ChangeCommit.Builder commit =
        ChangeCommit.newBuilder()
            .setChunkId(goal.chunkId())
            .setVersion(version)
            .addAllNodeIds(goal.members());
    goal.cut().ifPresent(cut -> commit.setInode(cut.inode()).setTruncateEpoch(cut.truncateEpoch()));
    environment.journal(
        JournalEntry.newBuilder().setChangeCommit(commit),
        applied -> feed(change, eventOf(applied, new ChangeEvent.Committed())));
  }

  private static ChangeEvent eventOf(Applied applied, ChangeEvent accepted) {
    return applied instanceof Applied.Refused refused
        ? new ChangeEvent.Refused(refused.reason())
        : accepted;
  }

  private void tell(Running change, ChangeAction.Tell tell) {
    Optional<ChainHop> to = environment.usable(tell.nodeId());
    Optional<DataRequest> command = to.flatMap(hop -> requestOf(change, tell.command(), hop));
    if (command.isEmpty()) {
      feed(change, new ChangeEvent.NoAnswer(tell.ticket(), "it is not alive"));
      return;
    }
    boolean copies = tell.command() instanceof ChangeAction.Command.Reconcile;
    environment.send(
        to.get(),
        command.get(),
        copies ? bounds.reconcileTimeoutMs() : bounds.commandTimeoutMs(),
        reply -> feed(change, new ChangeEvent.Answered(tell.ticket(), reply)),
        why -> feed(change, new ChangeEvent.NoAnswer(tell.ticket(), why)));
  }

  /** Empty when the source of a comparison is not alive any more. */
  private Optional<DataRequest> requestOf(
      Running change, ChangeAction.Command command, ChainHop to) {
    ChangeGoal goal = change.procedure.goal();
    long chunkId = goal.chunkId();
    int version = goal.version();
    long term = environment.term();
    if (command instanceof ChangeAction.Command.Reconcile reconcile) {
      return environment
          .usable(reconcile.sourceNodeId())
          .map(
              source ->
                  new DataRequest.Reconcile(chunkId, version, to.incarnation(), term, source));
    } else if (command instanceof ChangeAction.Command.Install install) {
      return Optional.of(
          new DataRequest.Install(
              chunkId, version, to.incarnation(), term, goal.members(), install.lengthBytes()));
    }
    if (command instanceof ChangeAction.Command.Look) {
      return Optional.of(
          new DataRequest.Checksums(
              chunkId,
              goal.committedVersion(),
              to.incarnation(),
              0,
              DataRequest.BLOCK_BYTES,
              true,
              false));
    }
    return Optional.of(new DataRequest.Fence(chunkId, version, to.incarnation(), term, false));
  }

  private void end(Running change, ChangeOutcome outcome) {
    ChangeGoal goal = change.procedure.goal();
    running.remove(goal.chunkId(), change);
    lookAgain = true;
    if (outcome instanceof ChangeOutcome.Completed completed) {
      logCompleted(change);
      environment.completed(goal, completed.lengthBytes());
    } else if (outcome instanceof ChangeOutcome.Failed failed) {
      postpone(change, failed.why());
    }
    if (change.wantedAgain) {
      want(goal.chunkId());
    }
  }

  private void postpone(Running change, String why) {
    Wish wish = change.wish;
    ChangeGoal goal = change.procedure.goal();
    long pauseMs =
        Math.min((long) bounds.firstRetryMs() << Math.min(wish.failures, 10), bounds.maxRetryMs());
    wish.failures++;
    wish.reason = why;
    wish.notBeforeNs = environment.nowNs() + TimeUnit.MILLISECONDS.toNanos(pauseMs);
    LOG.warn(
        "The change of chunk {} to version {} did not come to its end, attempt {}: {}. It is begun again in {} ms, when all of {} are alive",
        goal.chunkId(),
        Integer.toUnsignedString(goal.version()),
        wish.failures,
        why,
        pauseMs,
        goal.members());
    enqueue(goal.chunkId(), wish);
  }

  private void logCompleted(Running change) {
    ChangeGoal goal = change.procedure.goal();
    long tookMs = TimeUnit.NANOSECONDS.toMillis(environment.nowNs() - change.wish.sinceNs);
    if (change.procedure.sourceRebooted()) {
      LOG.warn(
          "Chunk {}: every member's machine went down; what was not synced may be lost. Version {} on {}",
          goal.chunkId(),
          Integer.toUnsignedString(goal.version()),
          goal.members());
    } else if (goal.cut().isEmpty()) {
      LOG.info(
          "Chunk {}: its replicas on {} are compared and equal, version {}, after {} ms",
          goal.chunkId(),
          goal.members(),
          Integer.toUnsignedString(goal.version()),
          tookMs);
    }
  }
}
