package org.distrifs.datanode.chain;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.OpenedReplica;
import org.distrifs.datanode.store.RecentWrites;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.connection.NodeIdentity;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/**
 * This node's part in the chain of one chunk.
 *
 * <p>Writes: the head gives each a number; every member takes them in that order only, sends a
 * write on at the same moment as it applies it, and answers when both are done. A write that asks
 * for a sync is applied when it is durable, so that the members sync at the same time. A write
 * whose way down failed stays <em>pending</em>: it is applied here, perhaps not behind. Until it is
 * completed by being sent again, or the chain changes, new writes are refused, and reads of its
 * bytes are not served here, so that no reader sees them come and go.
 *
 * @param <T> what the host knows a request by
 */
public final class ChainMember<T> {

  /** Writes of a chunk that may be under way at once. Fewer than are remembered as recent. */
  public static final int MAX_PENDING_WRITES = ChunkStore.MAX_RECENT_WRITES * 3 / 4;

  /** Reads that wait for writes of their range. */
  public static final int MAX_WAITING_READS = 256;

  /** How long a read waits for writes of its range, in milliseconds. */
  public static final int READ_WAIT_MS = 2000;

  /** How long a fence may stay without an INSTALL before the master is told, in milliseconds. */
  public static final int MAX_FENCED_MS = 15_000;

  /** How long a write may be stuck before the master is told, in milliseconds. */
  public static final int MAX_STUCK_MS = 5_000;

  private final ChainActions<T> actions;
  private final MembershipState membership;
  private RecentWrites recent = new RecentWrites();
  private final Refusals refusals = new Refusals();
  private final List<PendingWrite<T>> pendingWrites = new ArrayList<>();
  private final ReadGate<T> reads;
  private final OverdueTimer untilInstalled = new OverdueTimer(MAX_FENCED_MS);
  private final OverdueTimer untilSentAgain = new OverdueTimer(MAX_STUCK_MS);

  private long lastOrder;

  /** Why this replica cannot take writes any more, or {@code null}. */
  private DataReply broken;

  /**
   * A member of a chunk of which there is no replica here yet.
   *
   * @param self asked at each request: an incarnation of this node may end before its process
   */
  public ChainMember(Supplier<NodeIdentity> self, ChainActions<T> actions) {
    this.actions = actions;
    this.membership = new MembershipState(self);
    this.reads = new ReadGate<>(actions, pendingWrites);
  }

  /** Takes over what the store has. */
  public void load(OpenedReplica replica) {
    membership.take(replica.state());
    lastOrder = replica.state().lastOrder();
    recent = new RecentWrites(replica.recentWrites());
  }

  // --- writes

  /**
   * A write arrived; its checksums are right.
   *
   * @param payload passes to this method
   * @param refusal why the node as a whole cannot take it now, or {@code null}
   */
  public void write(
      DataRequest.Write write, ByteBuf payload, T ticket, DataReply refusal, long nowMs) {
    boolean handedOver = false;
    try {
      DataReply answer = refusal != null ? refusal : refusalOf(write);
      PendingWrite<T> same = answer == null ? findPending(write) : null;
      if (same != null) {
        handedOver = repeat(same, write, payload, ticket);
        return;
      }
      if (answer == null) {
        answer = answerWithoutEffect(write, nowMs);
      }
      if (answer != null && answer.isOk() && write.sync()) {
        // It was applied, which says nothing of any disk.
        actions.answerWhenSynced(ticket, write);
        return;
      }
      if (answer != null) {
        // A superseded write is sent again under a new sequence, so it blocks no later write.
        boolean comesAgain = !answer.isOk() && answer.status() != Status.SEQUENCE_GAP;
        if (write.position() == 0 && comesAgain) {
          refusals.add(write.sessionId(), write.sequence(), answer, nowMs);
        }
        actions.answer(ticket, answer);
        return;
      }
      accept(write, payload, ticket);
      handedOver = true;
    } finally {
      if (!handedOver) {
        payload.release();
      }
    }
  }

  /** Why a write is refused, whatever was accepted before; {@code null} if it is not. */
  private DataReply refusalOf(DataRequest.Write write) {
    DataReply refusal = membership.refusalOfWrite(write);
    return refusal == null ? broken : refusal;
  }

  private PendingWrite<T> findPending(DataRequest.Write write) {
    for (PendingWrite<T> entry : pendingWrites) {
      if (entry.isOf(write) && (write.order() == 0 || write.order() == entry.write.order())) {
        return entry;
      }
    }
    return null;
  }

  /** A write that is under way, or stuck, came again; true if the payload was passed on. */
  private boolean repeat(
      PendingWrite<T> entry, DataRequest.Write write, ByteBuf payload, T ticket) {
    if (!entry.addTicket(ticket, write.sync())) {
      actions.answer(ticket, DataReply.failure(Status.OVERLOADED, "this write was sent too often"));
      return false;
    }
    // One that is on its way to an earlier incarnation of a member will not arrive.
    boolean isOnItsWay = entry.failure == null && write.chain().equals(entry.sentAlong);
    if (entry.acknowledged || isOnItsWay) {
      return false;
    }
    entry.failure = null;
    // Whoever asked for a sync first may still wait for the answer.
    DataRequest.Write again = write.withSync(entry.write.sync());
    forward(entry, numbered(again, entry.write.order()), payload);
    return true;
  }

  /** The answer to a write that is a duplicate or out of order; {@code null} if it is neither. */
  private DataReply answerWithoutEffect(DataRequest.Write write, long nowMs) {
    boolean known = recent.contains(idOf(write));
    if (write.position() > 0) {
      return answerToMember(write, known);
    }
    if (known) {
      return DataReply.ok();
    }
    DataReply held = refusals.check(write.sessionId(), write.sequence(), nowMs);
    if (held != null) {
      return held;
    }
    if (recent.hasLater(idOf(write))) {
      return gap("write " + write.sequence() + " of its session came after a later one");
    }
    return stuck(write);
  }

  private DataReply answerToMember(DataRequest.Write write, boolean known) {
    if (write.order() <= lastOrder) {
      return known ? DataReply.ok() : gap("number " + write.order() + " was another write here");
    }
    if (write.order() > lastOrder + 1) {
      return gap("number " + write.order() + " came after " + lastOrder);
    }
    return stuck(write);
  }

  private DataReply gap(String what) {
    return DataReply.failure(Status.SEQUENCE_GAP, membership + ": " + what);
  }

  /** Why no new write can be taken, though nothing is wrong with it. */
  private DataReply stuck(DataRequest.Write write) {
    if (pendingWrites.size() >= MAX_PENDING_WRITES) {
      return DataReply.failure(
          Status.OVERLOADED, MAX_PENDING_WRITES + " writes of the chunk are under way");
    }
    for (PendingWrite<T> entry : pendingWrites) {
      if (entry.failure != null) {
        DataReply reply = entry.failure;
        resend(entry, write.chain());
        return reply;
      }
    }
    return null;
  }

  /**
   * Sends a stuck write on again. Whoever sent it may have given it up, and then nobody else would:
   * the chunk could not be written any more, though the member behind is back.
   *
   * @param chain where the members are by now
   */
  private void resend(PendingWrite<T> entry, List<ChainHop> chain) {
    boolean canComplete = entry.applied && broken == null && entry.failure.failedNodeId() != 0;
    if (entry.attempts > 0 || !canComplete) {
      return;
    }
    entry.sentOn(chain);
    int nextPosition = entry.write.position() + 1;
    DataRequest.Write again = entry.write.withMember(chain, nextPosition);
    actions.resend(again, chain.get(nextPosition), chain.size() - nextPosition);
  }

  private void accept(DataRequest.Write write, ByteBuf payload, T ticket) {
    membership.take(write);
    // Only a member can be told of a write that it has from an earlier version: a head says OK.
    boolean alreadyApplied = recent.contains(idOf(write));
    lastOrder++;
    DataRequest.Write accepted = numbered(write, lastOrder);
    if (!alreadyApplied) {
      recent.add(idOf(write));
    }
    PendingWrite<T> entry = new PendingWrite<>(accepted, ticket);
    entry.acknowledged = isTail(accepted);
    pendingWrites.add(entry);
    if (!entry.acknowledged) {
      forward(entry, accepted, payload.retainedDuplicate());
    }
    actions.apply(accepted, alreadyApplied, payload);
    if (pendingWrites.size() == 1) {
      actions.fullyAcknowledged(false);
    }
  }

  private void forward(PendingWrite<T> entry, DataRequest.Write write, ByteBuf payload) {
    entry.sentOn(write.chain());
    int nextPosition = write.position() + 1;
    DataRequest.Write next = write.withMember(write.chain(), nextPosition);
    actions.forward(
        write.chain().get(nextPosition), write.chain().size() - nextPosition, next, payload);
  }

  private static DataRequest.Write numbered(DataRequest.Write write, long order) {
    return write.order() == order ? write : write.withOrder(order);
  }

  private static WriteId idOf(DataRequest.Write write) {
    return new WriteId(write.sessionId(), write.sequence());
  }

  private static boolean isTail(DataRequest.Write write) {
    return write.position() == write.chain().size() - 1;
  }

  /**
   * A write was applied here, durably if it asks for that, or could not be.
   *
   * @param result OK, or why it failed: then this replica takes no more writes
   */
  public void applied(DataRequest.Write write, DataReply result) {
    PendingWrite<T> entry = findAccepted(write);
    if (entry == null) {
      return;
    }
    if (result.isOk()) {
      entry.applied = true;
      complete(entry);
    } else {
      broken = result;
      fail(entry, result);
    }
  }

  /**
   * The next member answered, or cannot.
   *
   * @param reply its answer; for want of one a failure that says why
   */
  public void forwarded(DataRequest.Write write, DataReply reply) {
    PendingWrite<T> entry = findAccepted(write);
    if (entry == null) {
      return;
    }
    entry.attempts--;
    if (entry.acknowledged) {
      return;
    }
    if (reply.isOk()) {
      entry.acknowledged = true;
      entry.failure = null;
      complete(entry);
      resendNextStuck(write.chain());
    } else if (entry.attempts == 0) {
      // Another attempt is still under way, and may succeed.
      int nextNode = entry.write.chain().get(entry.write.position() + 1).nodeId();
      fail(entry, WriteChecks.asFailureBehind(reply, nextNode));
    }
  }

  /** A stuck write went through, so the next one may go through as well. */
  private void resendNextStuck(List<ChainHop> chain) {
    for (PendingWrite<T> entry : pendingWrites) {
      if (entry.failure != null) {
        resend(entry, chain);
        return;
      }
    }
  }

  private PendingWrite<T> findAccepted(DataRequest.Write write) {
    if (write.version() != membership.version()) {
      return null;
    }
    for (PendingWrite<T> entry : pendingWrites) {
      if (entry.write.order() == write.order()) {
        return entry;
      }
    }
    return null;
  }

  private void fail(PendingWrite<T> entry, DataReply reply) {
    entry.failure = reply;
    answerAll(entry, reply);
    reads.recheck();
  }

  private void complete(PendingWrite<T> entry) {
    if (!entry.isComplete()) {
      return;
    }
    pendingWrites.remove(entry);
    if (pendingWrites.isEmpty()) {
      // Before the answer: who has got it may stop this node at once, and then its replica must not
      // be suspect.
      actions.fullyAcknowledged(true);
    }
    entry.ticketsForSync.forEach(ticket -> actions.answerWhenSynced(ticket, entry.write));
    entry.ticketsForSync.clear();
    answerAll(entry, DataReply.ok());
    reads.recheck();
  }

  private void answerAll(PendingWrite<T> entry, DataReply reply) {
    entry.tickets.forEach(ticket -> actions.answer(ticket, reply));
    entry.tickets.clear();
    entry.ticketsForSync.forEach(ticket -> actions.answer(ticket, reply));
    entry.ticketsForSync.clear();
  }

  // --- reads

  /** A read arrived; the node's lease has been checked. */
  public void read(DataRequest.Read read, T ticket, long nowMs) {
    DataReply refusal = refusalOfRead(read.version(), read.reconcile());
    if (refusal != null) {
      actions.answer(ticket, refusal);
    } else if (read.reconcile()) {
      actions.serve(ticket, read);
    } else {
      reads.admit(read, ticket, nowMs);
    }
  }

  /**
   * Why this replica must not serve its content, or {@code null}.
   *
   * @param askedVersion the replica's version; for a reconciliation the one of the fence
   */
  public DataReply refusalOfRead(int askedVersion, boolean reconcile) {
    return membership.refusalOfRead(askedVersion, reconcile);
  }

  /** To be called a few times a second while {@link #isWaiting}. */
  public void tick(long nowMs) {
    reads.tick(nowMs);
    untilInstalled.tick(membership.awaitsInstall(), nowMs);
    untilSentAgain.tick(hasStuckWrite(), nowMs);
  }

  /** Whether anything waits here that has a bound. */
  public boolean isWaiting() {
    return !reads.isEmpty() || membership.awaitsInstall() || hasStuckWrite();
  }

  /** Whether the chunk has waited for too long for a change of its chain, or should get one. */
  public boolean isTroubled() {
    return untilInstalled.isOverdue() || untilSentAgain.isOverdue();
  }

  private boolean hasStuckWrite() {
    for (PendingWrite<T> entry : pendingWrites) {
      if (entry.failure != null) {
        return true;
      }
    }
    return false;
  }

  // --- changes of the chain

  /** Step 2 of a change: no write below {@code newVersion} is taken from now on. */
  public void fence(int newVersion, boolean stopReads, T ticket) {
    DataReply refusal = membership.fence(newVersion, stopReads);
    if (refusal != null) {
      actions.answer(ticket, refusal);
      return;
    }
    untilInstalled.reset();
    if (stopReads) {
      reads.refuseAll(refusalOfRead(membership.version(), false));
    }
    actions.answerWhenDrained(ticket);
  }

  /**
   * Why this replica cannot become a copy of one that serves under {@code committed}, or {@code
   * null}: it is in that chain itself, or in a change that goes on.
   */
  public DataReply refusalOfJoining(int committed) {
    return membership.refusalOfJoining(committed);
  }

  /** From now on this replica belongs to no chain; {@link #refusalOfJoining} has been asked. */
  public void join(int committed) {
    membership.join(committed);
    lastOrder = 0;
    recent = new RecentWrites();
    leaveChain();
  }

  /** Refuses what was accepted in the former chain and not answered yet. */
  private void leaveChain() {
    broken = null;
    refusals.clear();
    DataReply stale = DataReply.failure(Status.STALE_VERSION, "the chain has changed");
    pendingWrites.forEach(entry -> answerAll(entry, stale));
    pendingWrites.clear();
    reads.refuseAll(stale);
    actions.fullyAcknowledged(true);
  }

  /** Why a step of the change to {@code newVersion} is refused, or {@code null}. */
  public DataReply refusalUnlessFenced(int newVersion) {
    return membership.refusalUnlessFenced(newVersion);
  }

  /** Step 4 of a change. */
  public void install(DataRequest.Install install, T ticket) {
    boolean isRepeated = membership.isInstalled(install);
    DataReply refusal = isRepeated ? null : membership.refusalOfInstall(install);
    if (refusal != null) {
      actions.answer(ticket, refusal);
    } else if (isRepeated) {
      actions.answerWhenDrained(ticket);
    } else {
      actions.install(ticket, install);
    }
  }

  /** The store has durably installed. */
  public void installed(OpenedReplica replica) {
    load(replica);
    membership.lowerFence();
    leaveChain();
  }

  /** Step 3 of a change: from now on nothing is read here until its INSTALL. */
  public void beginReconciliation() {
    membership.beginReconciliation();
  }

  /**
   * Why this replica may not be deleted, or {@code null}. A fence means that a change goes on, in
   * which the master may count on it; except for one that is to leave, and for one whose INSTALL
   * never came, because the change went on without it. Writes that got stuck here stay so: what
   * became of them is decided by the chain that this replica is not of any more.
   */
  public DataReply refusalOfDiscarding(int namedVersion) {
    DataReply refusal = membership.refusalOfDiscarding(namedVersion, untilInstalled.isOverdue());
    if (refusal != null) {
      return refusal;
    }
    boolean isIdle = pendingWrites.stream().allMatch(entry -> entry.failure != null);
    return isIdle && reads.isEmpty()
        ? null
        : DataReply.failure(Status.OVERLOADED, "requests are under way");
  }

  /** Whether nothing is lost if this object is dropped and made anew from the store. */
  public boolean canForget(long nowMs) {
    return pendingWrites.isEmpty()
        && reads.isEmpty()
        && broken == null
        && !membership.isFenced()
        && refusals.isEmpty(nowMs);
  }
}
