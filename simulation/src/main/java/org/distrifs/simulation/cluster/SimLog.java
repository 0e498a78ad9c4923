package org.distrifs.simulation.cluster;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.journal.ReplicatedLog;
import org.distrifs.simulation.scheduler.SeededChoices;
import org.distrifs.simulation.scheduler.SimProcess;

/**
 * The journal in one run of the master. Entries that are not known to be durable when the process
 * dies may be durable nevertheless, up to any one of them.
 */
final class SimLog implements ReplicatedLog {

  private static final int SLOW_PER_MILLE = 20;

  private final JournalDisk disk;
  private final SimProcess process;
  private final SeededChoices choices;
  private List<Proposal> waiting = new ArrayList<>();
  private List<Proposal> underWay = List.of();
  private Listener listener;

  SimLog(JournalDisk disk, SimProcess process, SeededChoices choices) {
    this.disk = disk;
    this.process = process;
    this.choices = choices;
    process.whenDead(this::crash);
  }

  @Override
  public void start(Listener newListener) {
    listener = newListener;
    listener.durable(disk.entries().size());
    listener.apply(disk.entries());
    listener.leader(disk.truth().term() + 1);
  }

  @Override
  public boolean propose(List<? extends Proposal> proposals) {
    if (waiting.size() + underWay.size() + proposals.size() > MAX_PROPOSALS_WAITING) {
      return false;
    }
    waiting.addAll(proposals);
    syncNext();
    return true;
  }

  /** Makes all waiting entries durable by one sync. */
  private void syncNext() {
    if (!underWay.isEmpty() || waiting.isEmpty()) {
      return;
    }
    underWay = waiting;
    waiting = new ArrayList<>();
    long syncNs =
        choices.perMille(SLOW_PER_MILLE)
            ? choices.between(2_000_000L, 80_000_000L)
            : choices.between(80_000L, 500_000L);
    process.scheduler().after(syncNs, process, this::synced);
  }

  private void synced() {
    List<Committed> committed = new ArrayList<>();
    List<Proposal> durable = underWay;
    underWay = List.of();
    for (Proposal proposal : durable) {
      committed.add(new Committed(disk.append(proposal.entry()), proposal.entry(), proposal));
    }
    listener.durable(committed.get(committed.size() - 1).txid());
    listener.apply(committed);
    syncNext();
  }

  private void crash() {
    int survive = underWay.isEmpty() ? 0 : choices.between(0, underWay.size());
    underWay.subList(0, survive).forEach(proposal -> disk.append(proposal.entry()));
  }

  @Override
  public void readFence(Runnable whenCurrent) {
    whenCurrent.run();
  }

  @Override
  public void close() {
    // There is nothing to close: it ends with its process.
  }
}
