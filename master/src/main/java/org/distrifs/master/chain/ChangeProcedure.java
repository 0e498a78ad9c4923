package org.distrifs.master.chain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
 * One change of one chain, with all members taking part: events in, actions out.
 *
 * <p>Every step may be repeated, and the whole may be abandoned anywhere: the members stay fenced
 * until another change, under a higher version, has come to its end. An event that is not waited
 * for (a late answer) is ignored.
 *
 * <p>Why it keeps every acknowledged byte: a write was acknowledged only when every member had
 * applied it, so any one member that has all it ever applied has all acknowledged data. A member
 * that is not suspect has; so has a suspect one whose machine did not reboot, since only its
 * process died. The others are made equal to that source before any of them takes the new version.
 */
public final class ChangeProcedure {

  /** Which step is under way. */
  enum Step {
    LOOK,
    RESERVE,
    FENCE,
    RECONCILE,
    INSTALL,
    COMMIT,
    ENDED
  }

  private final ChangeGoal goal;

  /** Node ids by the ticket of a command that is not answered yet. */
  private final Map<Integer, Integer> outstanding = new LinkedHashMap<>();

  /** What each member answered to its fence. */
  private final Map<Integer, DataReply> fenced = new LinkedHashMap<>();

  private final Set<Integer> badSources = new HashSet<>();

  /** How many members have said that they have no replica. */
  private int without;

  private Step step = Step.LOOK;
  private int lastTicket;
  private int source;
  private int installedLength;

  public ChangeProcedure(ChangeGoal goal) {
    this.goal = goal;
  }

  public ChangeGoal goal() {
    return goal;
  }

  /** Begins. To be called once, first. */
  public List<ChangeAction> begin() {
    return goal.mayBeUnwritten() && goal.cut().isPresent()
        ? tellAll(goal.members(), new ChangeAction.Command.Look())
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
      return node == null ? List.of() : fail("datanode " + node + ": " + none.why());
    } else if (event instanceof ChangeEvent.Committed) {
      return step == Step.COMMIT
          ? end(
              without > 0
                  ? new ChangeOutcome.NothingToChange()
                  : new ChangeOutcome.Completed(installedLength))
          : List.of();
    } else if (event instanceof ChangeEvent.Refused refused) {
      return fail("the journal refused: " + refused.why());
    }
    return fail(timeoutReason());
  }

  private String timeoutReason() {
    return outstanding.isEmpty()
        ? "the journal did not answer in time"
        : "waited in vain for datanodes " + outstanding.values();
  }

  private List<ChangeAction> answered(int ticket, DataReply reply) {
    Integer node = outstanding.remove(ticket);
    if (node == null) {
      return List.of();
    }
    return switch (step) {
      case LOOK -> lookAnswered(reply);
      case FENCE -> fenceAnswered(node, reply);
      case RECONCILE -> reconcileAnswered(node, reply);
      case INSTALL -> installAnswered(node, reply);
      case RESERVE, COMMIT, ENDED -> List.of();
    };
  }

  /**
   * Without a replica on any member there is nothing beyond the cut; and no version may be
   * reserved, since whoever holds the chunk creates it under the first one. With a replica on some,
   * a first write is on its way along the chain.
   */
  private List<ChangeAction> lookAnswered(DataReply reply) {
    without += reply.status() == Status.NO_SUCH_CHUNK ? 1 : 0;
    if (!outstanding.isEmpty()) {
      return List.of();
    }
    if (without == 0) {
      return reserve();
    }
    return without == goal.members().size()
        ? commit(goal.committedVersion())
        : fail(without + " of " + goal.members().size() + " members have no replica yet");
  }

  private List<ChangeAction> fence() {
    step = Step.FENCE;
    return tellAll(goal.members(), new ChangeAction.Command.Fence());
  }

  private List<ChangeAction> fenceAnswered(int node, DataReply reply) {
    if (!reply.isOk()) {
      return refusedBy(node, reply);
    }
    fenced.put(node, reply);
    return outstanding.isEmpty() ? allFenced() : List.of();
  }

  private List<ChangeAction> allFenced() {
    Optional<Integer> best = bestSource();
    return best.isPresent()
        ? reconcileWith(best.get(), this::differsFromSource)
        : fail("no member has a replica of the committed version " + goal.committedVersion());
  }

  /**
   * The member to make the others equal to: rather one that never stopped than one that did, rather
   * one whose machine stayed up. Among equals the one that applied most; of what the others lack
   * nothing was acknowledged, and to keep it does no harm.
   */
  private Optional<Integer> bestSource() {
    return goal.members().stream()
        .filter(node -> !badSources.contains(node))
        .filter(node -> isCurrent(fenced.get(node)))
        .max(
            Comparator.<Integer>comparingInt(node -> trust(fenced.get(node)))
                .thenComparing(node -> fenced.get(node).version(), Integer::compareUnsigned)
                .thenComparingLong(node -> fenced.get(node).lastOrder())
                .thenComparing(node -> -goal.members().indexOf(node)));
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

  /** Whether the best there was is a replica whose machine may have lost unsynced bytes. */
  public boolean sourceRebooted() {
    DataReply reply = fenced.get(source);
    return reply != null && trust(reply) == 0;
  }

  private boolean differsFromSource(int node) {
    DataReply theirs = fenced.get(node);
    DataReply best = fenced.get(source);
    return theirs.suspect()
        || best.suspect()
        || theirs.version() != best.version()
        || theirs.lastOrder() != best.lastOrder()
        || theirs.replicaLength() != best.replicaLength();
  }

  private List<ChangeAction> reconcileWith(int newSource, IntPredicate needed) {
    step = Step.RECONCILE;
    source = newSource;
    List<Integer> others =
        goal.members().stream().filter(node -> node != newSource).filter(needed::test).toList();
    return others.isEmpty()
        ? install()
        : tellAll(others, new ChangeAction.Command.Reconcile(newSource));
  }

  private List<ChangeAction> reconcileAnswered(int node, DataReply reply) {
    if (reply.isOk()) {
      return outstanding.isEmpty() ? install() : List.of();
    }
    boolean sourceIsBad =
        reply.status() == Status.CORRUPT_REPLICA
            || (reply.status() == Status.DOWNSTREAM_FAILED && reply.failedNodeId() == source);
    if (!sourceIsBad) {
      return refusedBy(node, reply);
    }
    badSources.add(source);
    Optional<Integer> next = bestSource();
    if (next.isEmpty()) {
      return fail("no member is whole enough to copy from: " + reply.detail());
    }
    // Whoever was half way to the bad source has to become equal to the new one.
    outstanding.clear();
    return reconcileWith(next.get(), each -> true);
  }

  private List<ChangeAction> install() {
    step = Step.INSTALL;
    int length = fenced.get(source).replicaLength();
    int cutLength = goal.cut().map(PendingCut::lengthBytes).orElse(Integer.MAX_VALUE);
    boolean shortens = cutLength < length;
    installedLength = Math.min(length, cutLength);
    return tellAll(
        goal.members(),
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
    return fail(
        "datanode %d refused %s: %s %s"
            .formatted(node, step, reply.status(), Objects.requireNonNullElse(reply.detail(), "")));
  }

  private List<ChangeAction> fail(String why) {
    return end(new ChangeOutcome.Failed(why));
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
