package org.distrifs.master.chain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/**
 * One attempt at a change of one chain: events in, actions out.
 *
 * <p>Every step may be repeated, and the whole may be abandoned anywhere: the members stay fenced
 * until another change, under a higher version, has come to its end. An event that is not waited
 * for (a late answer) is ignored.
 *
 * <p>Why it keeps every acknowledged byte: a write was acknowledged only when every member had
 * applied it, so any one member that has all it ever applied has all acknowledged data. A member
 * that is not suspect has; so has a suspect one whose machine did not reboot, since only its
 * process died. The others are reconciled with that source before any of them takes the new
 * version.
 *
 * <p>Why nobody reads what is old: a member that leaves has stopped its reads, or cannot serve any
 * more, before the first of the others takes the new version.
 */
public final class ChangeProcedure {

  /** Which step is under way. */
  enum Step {
    LOOK,
    RESERVE,
    FENCE,
    /** Members without a replica get one. */
    COPY,
    RECONCILE,
    /** No survivor is whole, and all were stopped at work: one keeps what it was writing then. */
    RECHECKSUM,
    /** The source itself may have a damaged block, and gets it from one that was reconciled. */
    RECONCILE_SOURCE,
    INSTALL,
    COMMIT,
    ENDED
  }

  private final ChangeGoal goal;
  private final Participants who;

  /** Node ids by the ticket of a command that is not answered yet. */
  private final Map<Integer, Integer> outstanding = new LinkedHashMap<>();

  /** The answers of the future members to their FENCE. */
  private final Map<Integer, DataReply> fenced = new LinkedHashMap<>();

  /** Future members without a replica. */
  private final Set<Integer> lacking = new LinkedHashSet<>();

  private final Set<Integer> badSources = new HashSet<>();

  /** How many of those asked have said that they have no replica. */
  private int without;

  private Step step = Step.LOOK;
  private int lastTicket;
  private int source;
  private int installedLength;
  private boolean copied;
  private boolean rechecksummed;

  /**
   * A block that is damaged on every member stays damaged: it must not keep the rest of the chunk
   * from being used.
   */
  private boolean leavesRot;

  public ChangeProcedure(ChangeGoal goal) {
    this.goal = goal;
    this.who = goal.who();
  }

  public ChangeGoal goal() {
    return goal;
  }

  /** Begins. To be called once, first. */
  public List<ChangeAction> begin() {
    return goal.mayBeUnwritten()
        ? tellAll(who.present(), new ChangeAction.Command.Look())
        : reserve();
  }

  private List<ChangeAction> reserve() {
    step = Step.RESERVE;
    return List.of(new ChangeAction.Reserve());
  }

  /** Takes an event; answers what is to be done next, which may be nothing. */
  public List<ChangeAction> on(ChangeEvent event) {
    if (step == Step.ENDED) {
      return List.of();
    }
    if (event instanceof ChangeEvent.Reserved) {
      return step == Step.RESERVE ? fence() : List.of();
    } else if (event instanceof ChangeEvent.Answered answered) {
      return answered(answered.ticket(), answered.reply());
    } else if (event instanceof ChangeEvent.NoAnswer none) {
      Integer node = outstanding.remove(none.ticket());
      return node == null
          ? List.of()
          : fail("datanode %d did not answer %s: %s".formatted(node, step, none.why()), node);
    } else if (event instanceof ChangeEvent.IncarnationEnded ended) {
      return needs(ended.nodeId())
          ? fail("datanode %d is away since %s".formatted(ended.nodeId(), step), 0)
          : List.of();
    } else if (event instanceof ChangeEvent.Committed) {
      return step == Step.COMMIT ? end(committed()) : List.of();
    } else if (event instanceof ChangeEvent.Refused refused) {
      return fail("the journal refused: " + refused.why(), 0);
    }
    return timedOut();
  }

  private ChangeOutcome committed() {
    return installedLength < 0
        ? new ChangeOutcome.NothingToChange()
        : new ChangeOutcome.Completed(installedLength);
  }

  private boolean needs(int node) {
    boolean isCopiedFrom =
        node == source
            && (step == Step.COPY || step == Step.RECONCILE || step == Step.RECONCILE_SOURCE);
    return isCopiedFrom || outstanding.containsValue(node);
  }

  private List<ChangeAction> timedOut() {
    if (outstanding.isEmpty()) {
      return fail("the journal did not answer in time", 0);
    }
    int first = outstanding.values().iterator().next();
    return fail("waited in vain for " + step + " of datanodes " + outstanding.values(), first);
  }

  private List<ChangeAction> answered(int ticket, DataReply reply) {
    Integer node = outstanding.remove(ticket);
    if (node == null) {
      return List.of();
    }
    return switch (step) {
      case LOOK -> lookAnswered(node, reply);
      case FENCE -> fenceAnswered(node, reply);
      case COPY -> copyAnswered(node, reply);
      case RECONCILE -> reconcileAnswered(node, reply);
      case RECHECKSUM -> rechecksumAnswered(node, reply);
      case RECONCILE_SOURCE -> sourceAnswered(node, reply);
      case INSTALL -> installAnswered(node, reply);
      case RESERVE, COMMIT, ENDED -> List.of();
    };
  }

  /**
   * Without a replica anywhere there is nothing beyond a cut and nothing to be reconciled; and no
   * version may be reserved, since whoever holds the chunk creates it under the first one. Nothing
   * was acknowledged then, so members that are away are left out as they are.
   */
  private List<ChangeAction> lookAnswered(int node, DataReply reply) {
    switch (reply.status()) {
      case NO_SUCH_CHUNK -> without++;
      case OK, FENCED, STALE_VERSION, SUSPECT, CORRUPT_REPLICA -> {
        // There is one.
      }
      default -> {
        return refusedBy(node, reply);
      }
    }
    if (!outstanding.isEmpty()) {
      return List.of();
    }
    if (without < who.present().size()) {
      return reserve();
    }
    installedLength = -1;
    return commit(goal.committedVersion());
  }

  private List<ChangeAction> fence() {
    step = Step.FENCE;
    List<ChangeAction> actions = tellAll(goal.chain(), new ChangeAction.Command.Fence(false));
    actions.addAll(tellAll(who.leaving(), new ChangeAction.Command.Fence(true)));
    return actions;
  }

  private List<ChangeAction> fenceAnswered(int node, DataReply reply) {
    boolean hasNone = reply.status() == Status.NO_SUCH_CHUNK;
    boolean isLeaving = who.leaving().contains(node);
    if (!reply.isOk() && !(hasNone && (isLeaving || !copied))) {
      return refusedBy(node, reply);
    }
    if (hasNone && !isLeaving) {
      lacking.add(node);
    } else if (!isLeaving) {
      fenced.put(node, reply);
    }
    return outstanding.isEmpty() ? allFenced() : List.of();
  }

  private List<ChangeAction> allFenced() {
    Optional<Integer> best = bestSource();
    if (best.isEmpty()) {
      return failWithoutSource(
          "no survivor has a replica of the committed version "
              + Integer.toUnsignedString(goal.committedVersion()),
          0);
    }
    source = best.get();
    if (who.lostMayReturn() && sourceRebooted()) {
      return failWithoutSource(
          "the machines of all survivors rebooted, and one of %s may come back with more"
              .formatted(who.lost()),
          0);
    }
    if (!who.leaving().isEmpty() && sourceRebooted()) {
      return failWithoutSource(
          "the machines of all survivors rebooted, and one of %s, who are to leave, may have more"
              .formatted(who.leaving()),
          0);
    }
    if (!lacking.isEmpty()) {
      step = Step.COPY;
      int version = fenced.get(source).version();
      return tellAll(List.copyOf(lacking), new ChangeAction.Command.Copy(source, version));
    }
    return reconcileWith(source, this::differsFromSource);
  }

  private List<ChangeAction> copyAnswered(int node, DataReply reply) {
    if (!reply.isOk()) {
      return refusedBy(node, reply);
    }
    if (!outstanding.isEmpty()) {
      return List.of();
    }
    copied = true;
    step = Step.FENCE;
    List<Integer> copies = List.copyOf(lacking);
    lacking.clear();
    return tellAll(copies, new ChangeAction.Command.Fence(false));
  }

  /**
   * The survivor with which the others are reconciled: rather one that never stopped than one that
   * did, rather one whose machine stayed up, rather one without a damaged block. One whose machine
   * rebooted may have lost what was acknowledged, and so is none as long as there is another, be
   * that one damaged.
   *
   * <p>Among equals that never stopped, the one that applied most; of what the others lack nothing
   * was acknowledged, and to keep it does no harm. One that stopped does not know the number of its
   * last write. Among those, the last of the chain: a member serves reads of a write only when all
   * behind it have applied it, so the last has whatever a reader has seen.
   */
  private Optional<Integer> bestSource() {
    List<Integer> current =
        who.survivors().stream()
            .filter(node -> fenced.containsKey(node) && isCurrent(fenced.get(node)))
            .toList();
    boolean haveAll = current.stream().anyMatch(node -> hasAllAcknowledged(fenced.get(node)));
    return current.stream()
        .filter(node -> !badSources.contains(node))
        .filter(node -> !haveAll || hasAllAcknowledged(fenced.get(node)))
        .max(
            Comparator.<Integer>comparingInt(node -> trust(fenced.get(node)))
                .thenComparing(node -> !who.doubtful().contains(node))
                .thenComparing(node -> fenced.get(node).version(), Integer::compareUnsigned)
                .thenComparingLong(this::progress)
                .thenComparing(node -> -who.survivors().indexOf(node)));
  }

  /** How much it has of what others of the same trust may lack; comparable among those only. */
  private long progress(int node) {
    DataReply reply = fenced.get(node);
    return reply.suspect() ? who.survivors().indexOf(node) : reply.lastOrder();
  }

  /** A version above the committed one was installed by a change that did not come to its end. */
  private boolean isCurrent(DataReply reply) {
    return Integer.compareUnsigned(reply.version(), goal.committedVersion()) >= 0;
  }

  private static int trust(DataReply reply) {
    if (!reply.suspect()) {
      return 2;
    }
    return reply.sameBoot() ? 1 : 0;
  }

  /** Whether its machine cannot have lost unsynced bytes. */
  private static boolean hasAllAcknowledged(DataReply reply) {
    return trust(reply) > 0;
  }

  /** Whether the best there was is a replica whose machine may have lost unsynced bytes. */
  public boolean sourceRebooted() {
    DataReply reply = fenced.get(source);
    return reply != null && !hasAllAcknowledged(reply);
  }

  private boolean differsFromSource(int node) {
    DataReply theirs = fenced.get(node);
    DataReply best = fenced.get(source);
    return goal.reconcilesAll()
        || theirs.suspect()
        || best.suspect()
        || who.doubtful().contains(node)
        || theirs.version() != best.version()
        || theirs.lastOrder() != best.lastOrder()
        || theirs.replicaLength() != best.replicaLength();
  }

  private List<ChangeAction> reconcileWith(int newSource, IntPredicate needed) {
    step = Step.RECONCILE;
    source = newSource;
    List<Integer> others =
        goal.chain().stream().filter(node -> node != newSource).filter(needed::test).toList();
    return others.isEmpty()
        ? reconcileSource()
        : tellAll(others, new ChangeAction.Command.Reconcile(newSource));
  }

  private List<ChangeAction> reconcileAnswered(int node, DataReply reply) {
    boolean isDone = reply.isOk() || (reply.status() == Status.CORRUPT_REPLICA && mayKeepOwn(node));
    if (isDone) {
      return outstanding.isEmpty() ? reconcileSource() : List.of();
    }
    boolean sourceIsBad =
        reply.status() == Status.CORRUPT_REPLICA
            || (reply.status() == Status.DOWNSTREAM_FAILED && reply.failedNodeId() == source);
    if (!sourceIsBad || leavesRot) {
      return refusedBy(node, reply);
    }
    badSources.add(source);
    // A member that was partly reconciled with the bad source has to be reconciled with the new
    // one.
    outstanding.clear();
    return bestSource()
        .map(next -> reconcileWith(next, each -> true))
        .orElseGet(() -> withoutWholeSource(reply));
  }

  /**
   * Whether a node may go on with blocks of its own where the source has none that is whole. What a
   * stale replica has there may be old, and would be taken for good.
   */
  private boolean mayKeepOwn(int node) {
    return leavesRot && who.survivors().contains(node) && isCurrent(fenced.get(node));
  }

  /**
   * No survivor can give all that the others lack. A block that none has whole, though all were
   * only stopped in their work, was being written then, and nobody was told that it is: the best of
   * them keeps what it has there. What is rotten besides stays so; it is never served, and the rest
   * must not suffer for it.
   */
  private List<ChangeAction> withoutWholeSource(DataReply reply) {
    boolean isLost = reply.status() != Status.CORRUPT_REPLICA || !who.leaving().isEmpty();
    if (isLost) {
      return failWithoutSource(
          "no survivor is whole enough to copy from: " + reply.detail(), source);
    }
    badSources.clear();
    source = bestSource().orElseThrow();
    if (!rechecksummed && fenced.get(source).suspect()) {
      rechecksummed = true;
      step = Step.RECHECKSUM;
      return tellAll(List.of(source), new ChangeAction.Command.Reconcile(source));
    }
    leavesRot = true;
    return reconcileWith(source, each -> true);
  }

  private List<ChangeAction> rechecksumAnswered(int node, DataReply reply) {
    return reply.isOk() ? reconcileWith(source, each -> true) : refusedBy(node, reply);
  }

  /** Whether blocks of the change were found that no survivor has whole. */
  public boolean leftRot() {
    return leavesRot;
  }

  /**
   * The others are equal to what the source could give. What it could not, or has without its
   * checksum since it was stopped in between, it gets from one of them.
   */
  private List<ChangeAction> reconcileSource() {
    Optional<Integer> other =
        goal.chain().stream().filter(node -> node != source && mayGiveToSource(node)).findFirst();
    boolean mayBeDamaged =
        leavesRot || who.doubtful().contains(source) || fenced.get(source).suspect();
    if (!mayBeDamaged || other.isEmpty()) {
      return install();
    }
    step = Step.RECONCILE_SOURCE;
    return tellAll(List.of(source), new ChangeAction.Command.Reconcile(other.get()));
  }

  /**
   * Whether the source may take blocks over from a node. A copy that joins has nothing that the
   * source has not given it, and could not be asked: it serves nobody before its INSTALL. And where
   * the source had none to give, a node has kept its own, which are old if its machine lost newer
   * ones.
   */
  private boolean mayGiveToSource(int node) {
    DataReply theirs = fenced.get(node);
    boolean isMember = who.survivors().contains(node) && isCurrent(theirs);
    return isMember && (!leavesRot || sourceRebooted() || hasAllAcknowledged(theirs));
  }

  private List<ChangeAction> sourceAnswered(int node, DataReply reply) {
    if (reply.isOk()) {
      return install();
    }
    if (reply.status() != Status.CORRUPT_REPLICA) {
      return refusedBy(node, reply);
    }
    // The other member has rot of its own. Its datanode reports it when it is read.
    leavesRot = true;
    return install();
  }

  private List<ChangeAction> install() {
    step = Step.INSTALL;
    int length = fenced.get(source).replicaLength();
    int cutLength = goal.cut().map(PendingCut::lengthBytes).orElse(Integer.MAX_VALUE);
    boolean shortens = cutLength < length;
    installedLength = Math.min(length, cutLength);
    return tellAll(
        goal.chain(),
        new ChangeAction.Command.Install(shortens ? cutLength : DataRequest.KEEP_LENGTH));
  }

  private List<ChangeAction> installAnswered(int node, DataReply reply) {
    if (!reply.isOk()) {
      return refusedBy(node, reply);
    }
    return outstanding.isEmpty() ? commit(goal.version()) : List.of();
  }

  private List<ChangeAction> commit(int version) {
    step = Step.COMMIT;
    return List.of(new ChangeAction.Commit(version));
  }

  private List<ChangeAction> tellAll(List<Integer> nodes, ChangeAction.Command command) {
    List<ChangeAction> actions = new ArrayList<>(nodes.size());
    for (int node : nodes) {
      outstanding.put(++lastTicket, node);
      actions.add(new ChangeAction.Tell(lastTicket, node, command));
    }
    return actions;
  }

  private List<ChangeAction> refusedBy(int node, DataReply reply) {
    int culprit =
        switch (reply.status()) {
          // It knows of a higher version or term, or it is another incarnation, which will be
          // known
          // soon:
          // no fault of the replica.
          case SUPERSEDED, WRONG_INCARNATION, NO_LEASE, OVERLOADED -> 0;
          case DOWNSTREAM_FAILED -> reply.failedNodeId();
          default -> node;
        };
    return fail(
        "datanode %d refused %s: %s %s"
            .formatted(node, step, reply.status(), Objects.requireNonNullElse(reply.detail(), "")),
        culprit);
  }

  private List<ChangeAction> fail(String why, int culprit) {
    return end(new ChangeOutcome.Failed(why, culprit, false));
  }

  private List<ChangeAction> failWithoutSource(String why, int culprit) {
    return end(new ChangeOutcome.Failed(why, culprit, true));
  }

  private List<ChangeAction> end(ChangeOutcome outcome) {
    step = Step.ENDED;
    outstanding.clear();
    return List.of(new ChangeAction.End(outcome));
  }

  @Override
  public String toString() {
    return "change of chunk %d to version %s in step %s"
        .formatted(goal.chunkId(), Integer.toUnsignedString(goal.version()), step);
  }
}
