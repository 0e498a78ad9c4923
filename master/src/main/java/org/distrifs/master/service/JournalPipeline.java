package org.distrifs.master.service;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.distrifs.master.journal.ReplicatedLog;
import org.distrifs.master.state.Applied;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Takes entries from proposal to effect: collects them, proposes them together, and when they come
 * back durable applies them and tells their proposers. Entries that are replayed at the start are
 * applied on the starting thread, before the loop takes the state over.
 */
final class JournalPipeline implements ReplicatedLog.Listener {

  /** Entries collected here and not taken by the log; mutations are refused above. */
  static final int MAX_COLLECTED = ReplicatedLog.MAX_PROPOSALS_WAITING;

  /** An entry under way. */
  private record Proposed(JournalEntry entry, Consumer<Applied> applied, long proposedNs)
      implements ReplicatedLog.Proposal {}

  private final MasterState state;
  private final ClockSource clock;
  private final ServiceMetrics metrics;
  private final Consumer<JournalEntry> afterApply;
  private final LongConsumer becameLeader;
  private List<Proposed> collected = new ArrayList<>();
  private ReplicatedLog log;

  /** Set before the loop runs; from then on what the log calls is handed over. */
  private volatile MasterLoop loop;

  /** Entries that the log has taken and not given back. */
  private final AtomicInteger underWay = new AtomicInteger();

  private volatile long durableTxid;

  /**
   * @param afterApply told each entry that was applied after the start
   * @param becameLeader told the term when this master may propose
   */
  JournalPipeline(
      MasterState state,
      ClockSource clock,
      ServiceMetrics metrics,
      Consumer<JournalEntry> afterApply,
      LongConsumer becameLeader) {
    this.state = state;
    this.clock = clock;
    this.metrics = metrics;
    this.afterApply = afterApply;
    this.becameLeader = becameLeader;
  }

  void use(ReplicatedLog replicatedLog) {
    log = replicatedLog;
  }

  /** From now on the state belongs to the loop. */
  void handTo(MasterLoop masterLoop) {
    loop = masterLoop;
  }

  /** Collects an entry; it is proposed with the others of its group. */
  void propose(JournalEntry.Builder entry, Consumer<Applied> applied) {
    entry.setTimeNs(clock.wallTimeNs());
    collected.add(new Proposed(entry.build(), applied, clock.monotonicNs()));
  }

  boolean isFull() {
    return collected.size() >= MAX_COLLECTED;
  }

  int collected() {
    return collected.size();
  }

  /** Proposes what was collected. What a full log does not take is offered again the next time. */
  void flush() {
    int count = collected.size();
    if (count == 0) {
      return;
    }
    underWay.addAndGet(count);
    if (log.propose(collected)) {
      metrics.proposed(count);
      collected = new ArrayList<>();
    } else {
      underWay.addAndGet(-count);
    }
  }

  /** Up to which txid everything is durable. On any thread. */
  long durableTxid() {
    return durableTxid;
  }

  @Override
  public void apply(List<ReplicatedLog.Committed> entries) {
    MasterLoop owner = loop;
    if (owner == null) {
      entries.forEach(each -> state.apply(each.txid(), each.entry()));
      return;
    }
    int own = (int) entries.stream().filter(each -> each.proposal() != null).count();
    Runnable task = () -> entries.forEach(this::applyOne);
    if (underWay.addAndGet(-own) > 0) {
      // Others wait for their sync: the log's thread goes on with that.
      owner.leave(task);
    } else {
      owner.hand(task);
    }
  }

  private void applyOne(ReplicatedLog.Committed committed) {
    Applied applied = state.apply(committed.txid(), committed.entry());
    if (committed.proposal() instanceof Proposed proposed) {
      metrics.durable(clock.monotonicNs() - proposed.proposedNs());
      proposed.applied().accept(applied);
    }
    afterApply.accept(committed.entry());
  }

  @Override
  public void durable(long upToTxid) {
    durableTxid = upToTxid;
  }

  @Override
  public void leader(long term) {
    MasterLoop owner = loop;
    if (owner == null) {
      becameLeader.accept(term);
    } else {
      owner.hand(() -> becameLeader.accept(term));
    }
  }

  @Override
  public void follower() {
    throw new IllegalStateException("a log of a single master has no other leader");
  }
}
