package org.distrifs.master.chain;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
 * one is planned anew and begun again under a higher version, at once when the liveness of a
 * datanode has changed.
 *
 * <p>A change cuts the chunk if the chunk's file waits for that, leaves members out that are away,
 * and makes the others equal in any case. So a chunk only has to be named here, once or ten times;
 * only whom it is to leave or who is to join must be said. Belongs to the thread that owns the
 * master's state.
 */
public final class ChangeDriver {

  /**
   * Chunks that wait for a change at most. Whoever finds no place is found again: by the next block
   * report, or when its client asks again.
   */
  static final int MAX_WAITING = 100_000;

  /** Waiting chunks that are looked at in one step, so that a step stays short. */
  private static final int MAX_LOOKED_AT = 512;

  /** How long a chunk counts as beyond repair after no member could give it to another. */
  private static final long PAST_MENDING_NS = TimeUnit.MINUTES.toNanos(1);

  /** Chunks beyond repair that are remembered; the oldest are forgotten, and reconciled sooner. */
  private static final int MAX_PAST_MENDING = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(ChangeDriver.class);

  /** A change under way. */
  private static final class Running {
    private final ChangeProcedure procedure;
    private final List<Integer> before;
    private final PendingChange pending;
    private final long deadlineNs;
    private PendingChange wantedAgain;

    Running(
        ChangeProcedure procedure, List<Integer> before, PendingChange pending, long deadlineNs) {
      this.procedure = procedure;
      this.before = before;
      this.pending = pending;
      this.deadlineNs = deadlineNs;
    }
  }

  private final ChangeEnvironment environment;
  private final ChangeBounds bounds;
  private final ChangePlanner planner;
  private final Map<Long, Running> running = new HashMap<>();

  /** Chunks whose callers wait: looked at first. */
  private final LinkedHashMap<Long, PendingChange> waitingCuts = new LinkedHashMap<>();

  private final LinkedHashMap<Long, PendingChange> waitingOthers = new LinkedHashMap<>();

  /** When a change last left blocks of a chunk damaged on every member. */
  private final Map<Long, Long> leftRotNs =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
          return size() > MAX_PAST_MENDING;
        }
      };

  /** Whether something may begin that could not at the last look. */
  private boolean lookAgain;

  /** When a datanode last came or went. */
  private long livenessChangedNs;

  private long completed;

  public ChangeDriver(ChangeEnvironment environment, ChangeBounds bounds, ChangePlanner planner) {
    this.environment = environment;
    this.bounds = bounds;
    this.planner = planner;
    this.livenessChangedNs = environment.nowNs();
  }

  /** Says that a chunk needs a change; it begins at the next {@link #beginWanted}. */
  public void want(long chunkId) {
    want(chunkId, new PendingChange(environment.nowNs()));
  }

  /**
   * Whether a change has lately found a block of a chunk damaged on every member, so that another
   * reconciliation would repair nothing. True for a minute only, since a node may come back that
   * has the block whole.
   */
  public boolean isPastMending(long chunkId) {
    Long sinceNs = leftRotNs.get(chunkId);
    return sinceNs != null && environment.nowNs() - sinceNs < PAST_MENDING_NS;
  }

  /** As {@link #want}, in which a member leaves the chain if enough others remain. */
  public void wantWithout(long chunkId, int nodeId) {
    want(chunkId, new PendingChange(environment.nowNs()).without(nodeId));
  }

  /** As {@link #want}, in which a node joins that has made a copy. */
  public void wantWith(long chunkId, int nodeId) {
    want(chunkId, new PendingChange(environment.nowNs()).with(nodeId));
  }

  /**
   * As {@link #want}, in which a node joins in the place of a member, which leaves only if that one
   * joins. A node without a replica gets a copy behind the fence.
   */
  public void wantInstead(long chunkId, int leavingNodeId, int joiningNodeId) {
    want(
        chunkId,
        new PendingChange(environment.nowNs()).withInsteadOf(joiningNodeId, leavingNodeId));
  }

  private void want(long chunkId, PendingChange pending) {
    lookAgain = true;
    Running change = running.get(chunkId);
    if (change == null) {
      enqueue(chunkId, pending);
      return;
    }
    boolean isMore =
        !pending.leave().isEmpty()
            || !pending.join().isEmpty()
            || (cutOf(chunkId).isPresent() && change.procedure.goal().cut().isEmpty());
    if (isMore && change.wantedAgain != null) {
      change.wantedAgain.add(pending);
    } else if (isMore) {
      change.wantedAgain = pending;
    }
  }

  /** A datanode is there, or there again: more can begin now. */
  public void nodeCame() {
    livenessChangedNs = environment.nowNs();
    lookAgain = true;
  }

  /** An incarnation of a datanode is over: what waits for it is planned anew. */
  public void incarnationEnded(int nodeId) {
    nodeCame();
    for (Running change : List.copyOf(running.values())) {
      feed(change, new ChangeEvent.IncarnationEnded(nodeId));
    }
  }

  private void enqueue(long chunkId, PendingChange pending) {
    PendingChange known = waitingCuts.getOrDefault(chunkId, waitingOthers.get(chunkId));
    if (known != null && known != pending) {
      known.add(pending);
    }
    if (cutOf(chunkId).isPresent()) {
      waitingOthers.remove(chunkId);
      waitingCuts.put(chunkId, known == null ? pending : known);
    } else if (waitingOthers.size() < MAX_WAITING) {
      waitingOthers.putIfAbsent(chunkId, pending);
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
        || waitingOthers.containsKey(chunkId);
  }

  /** Whether an attempt at a change of this chunk is being made now. */
  public boolean isUnderWay(long chunkId) {
    return running.containsKey(chunkId);
  }

  /**
   * Whether the attempt that is being made now leaves a member out because it was away when it
   * began. It may be back by now, but it is not fenced: readers there would miss what is written
   * from the commit of the change on.
   */
  public boolean isLeftOut(long chunkId, int nodeId) {
    Running change = running.get(chunkId);
    return change != null && change.procedure.goal().who().lost().contains(nodeId);
  }

  public int underWay() {
    return running.size();
  }

  public int waiting() {
    return waitingCuts.size() + waitingOthers.size();
  }

  /** Changes that came to their end since the start. */
  public long completed() {
    return completed;
  }

  /** Who or what the change of a chunk waits for: a clause for logs and answers. */
  public String waitsFor(long chunkId) {
    Running change = running.get(chunkId);
    if (change != null) {
      return change.procedure.toString();
    }
    PendingChange pending = waitingCuts.getOrDefault(chunkId, waitingOthers.get(chunkId));
    return pending == null ? "nothing" : pending.reason();
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
    beginFrom(waitingOthers, nowNs);
  }

  private void beginFrom(LinkedHashMap<Long, PendingChange> waiting, long nowNs) {
    Map<Long, PendingChange> later = new LinkedHashMap<>();
    Map<Long, PendingChange> now = new LinkedHashMap<>();
    Iterator<Map.Entry<Long, PendingChange>> all = waiting.entrySet().iterator();
    for (int looked = 0; looked < MAX_LOOKED_AT && all.hasNext(); looked++) {
      if (running.size() + now.size() >= bounds.maxUnderWay()) {
        break;
      }
      Map.Entry<Long, PendingChange> entry = all.next();
      boolean isDue = entry.getValue().isDue(nowNs, livenessChangedNs);
      (isDue ? now : later).put(entry.getKey(), entry.getValue());
      all.remove();
    }
    // To the end: so that in the next step others have their turn.
    waiting.putAll(later);
    now.forEach((chunkId, pending) -> begin(chunkId, pending, waiting));
  }

  private void begin(long chunkId, PendingChange pending, Map<Long, PendingChange> waiting) {
    Optional<ChunkInfo> found = environment.chunk(chunkId).filter(each -> !each.isDetached());
    if (found.isEmpty()) {
      return;
    }
    ChunkInfo chunk = found.get();
    Set<Integer> doubtful = new LinkedHashSet<>(chunk.members());
    doubtful.removeIf(node -> !environment.isDamaged(node, chunkId));
    pending.keepReplacements(
        node -> environment.availability(node) == ChangePlanner.Availability.PRESENT);
    ChangePlanner.Plan plan =
        planner.plan(
            chunk.members(),
            new ChangePlanner.Demands(pending.leave(), pending.join(), doubtful),
            environment::availability);
    if (plan instanceof ChangePlanner.Wait wait) {
      pending.waitsFor(wait.why());
      waiting.put(chunkId, pending);
      return;
    }
    ChangeGoal goal =
        new ChangeGoal(
            chunkId,
            chunk.version(),
            nextVersion(chunk),
            ((ChangePlanner.Begin) plan).who(),
            cutOf(chunkId),
            chunk.fresh() && !chunk.isChanging(),
            chunk.isChanging());
    Running change =
        new Running(
            new ChangeProcedure(goal),
            chunk.members(),
            pending,
            environment.nowNs() + TimeUnit.MILLISECONDS.toNanos(bounds.changeTimeoutMs()));
    running.put(chunkId, change);
    carryOut(change, change.procedure.begin());
  }

  private int nextVersion(ChunkInfo chunk) {
    int next = chunk.reservedVersion() + 1;
    int floor = environment.versionFloor(chunk.id());
    return Integer.compareUnsigned(next, floor) < 0 ? floor : next;
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
            .addAllNodeIds(goal.chain());
    if (version == goal.committedVersion() && !goal.who().joining().isEmpty()) {
      commit.setUnwrittenElsewhere(true);
    }
    commit.setLossy(change.procedure.sourceRebooted());
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
    boolean copies =
        tell.command() instanceof ChangeAction.Command.Reconcile
            || tell.command() instanceof ChangeAction.Command.Copy;
    environment.send(
        to.get(),
        command.get(),
        copies ? bounds.reconcileTimeoutMs() : bounds.commandTimeoutMs(),
        reply -> feed(change, new ChangeEvent.Answered(tell.ticket(), reply)),
        why -> feed(change, new ChangeEvent.NoAnswer(tell.ticket(), why)));
  }

  /** Empty when the source of a reconciliation is not alive any more. */
  private Optional<DataRequest> requestOf(
      Running change, ChangeAction.Command command, ChainHop to) {
    ChangeGoal goal = change.procedure.goal();
    long chunkId = goal.chunkId();
    int version = goal.version();
    long incarnation = to.incarnation();
    long term = environment.term();
    if (command instanceof ChangeAction.Command.Look) {
      return Optional.of(
          new DataRequest.Checksums(
              chunkId,
              goal.committedVersion(),
              incarnation,
              0,
              DataRequest.BLOCK_BYTES,
              true,
              false));
    } else if (command instanceof ChangeAction.Command.Fence fence) {
      return Optional.of(
          new DataRequest.Fence(chunkId, version, incarnation, term, fence.stopReads()));
    } else if (command instanceof ChangeAction.Command.Copy copy) {
      return environment
          .usable(copy.sourceNodeId())
          .map(source -> new DataRequest.Copy(chunkId, copy.version(), incarnation, term, source));
    } else if (command instanceof ChangeAction.Command.Reconcile reconcile) {
      return environment
          .usable(reconcile.sourceNodeId())
          .map(source -> new DataRequest.Reconcile(chunkId, version, incarnation, term, source));
    }
    int length = ((ChangeAction.Command.Install) command).lengthBytes();
    return Optional.of(
        new DataRequest.Install(chunkId, version, incarnation, term, goal.chain(), length));
  }

  private void end(Running change, ChangeOutcome outcome) {
    ChangeGoal goal = change.procedure.goal();
    running.remove(goal.chunkId(), change);
    lookAgain = true;
    if (outcome instanceof ChangeOutcome.Completed done) {
      completed++;
      rememberRot(change);
      logCompleted(change);
      environment.completed(goal, done.lengthBytes());
    } else if (outcome instanceof ChangeOutcome.Failed failed) {
      postpone(change, failed);
    }
    if (change.wantedAgain != null) {
      enqueue(goal.chunkId(), change.wantedAgain);
    }
  }

  private void postpone(Running change, ChangeOutcome.Failed failed) {
    PendingChange pending = change.pending;
    ChangeGoal goal = change.procedure.goal();
    long pauseMs =
        Math.min(
            (long) bounds.firstRetryMs() << Math.min(pending.failures(), 10), bounds.maxRetryMs());
    pending.failed(failed, environment.nowNs(), TimeUnit.MILLISECONDS.toNanos(pauseMs));
    LOG.warn(
        "Chunk {}: attempt {} at a change to version {} with {} failed: {}. The next in {} ms, or"
            + " when a datanode comes or goes",
        goal.chunkId(),
        pending.failures(),
        Integer.toUnsignedString(goal.version()),
        goal.who(),
        failed.why(),
        pauseMs);
    enqueue(goal.chunkId(), pending);
  }

  private void rememberRot(Running change) {
    long chunkId = change.procedure.goal().chunkId();
    leftRotNs.remove(chunkId);
    if (change.procedure.leftRot()) {
      leftRotNs.put(chunkId, environment.nowNs());
    }
  }

  private void logCompleted(Running change) {
    ChangeGoal goal = change.procedure.goal();
    long tookMs = TimeUnit.NANOSECONDS.toMillis(environment.nowNs() - change.pending.sinceNs());
    String version = Integer.toUnsignedString(goal.version());
    if (change.procedure.leftRot()) {
      LOG.error(
          "Chunk {}: a block is damaged on each of {}; it is not served until it is overwritten",
          goal.chunkId(),
          goal.chain());
    }
    if (change.procedure.sourceRebooted()) {
      LOG.warn(
          "Chunk {}: the machine of every survivor went down; what was not synced may be lost."
              + " Version {} on {}",
          goal.chunkId(),
          version,
          goal.chain());
    } else if (!change.before.equals(goal.chain())) {
      LOG.debug(
          "Chunk {}: its chain {} is now {}, version {}, after {} ms; {}",
          goal.chunkId(),
          change.before,
          goal.chain(),
          version,
          tookMs,
          goal.who());
    } else if (goal.cut().isEmpty()) {
      LOG.debug(
          "Chunk {}: its replicas on {} are reconciled, version {}, after {} ms",
          goal.chunkId(),
          goal.chain(),
          version,
          tookMs);
    }
  }
}
