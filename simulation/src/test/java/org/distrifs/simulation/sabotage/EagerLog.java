package org.distrifs.simulation.sabotage;

import java.io.IOException;
import java.util.List;
import org.distrifs.master.journal.ReplicatedLog;

/** Reports entries as durable when they are proposed, before they are. */
final class EagerLog implements ReplicatedLog {

  private final ReplicatedLog real;
  private Listener listener;
  private long lastTxid;

  EagerLog(ReplicatedLog real) {
    this.real = real;
  }

  @Override
  public void start(Listener told) throws IOException {
    listener = told;
    real.start(
        new Listener() {
          private boolean replayed;

          @Override
          public void apply(List<Committed> entries) {
            if (!replayed) {
              lastTxid = entries.get(entries.size() - 1).txid();
              listener.apply(entries);
              replayed = true;
            }
          }

          @Override
          public void durable(long upToTxid) {
            if (!replayed) {
              listener.durable(upToTxid);
            }
          }

          @Override
          public void leader(long term) {
            listener.leader(term);
          }

          @Override
          public void follower() {
            listener.follower();
          }
        });
  }

  @Override
  public boolean propose(List<? extends Proposal> proposals) {
    if (!real.propose(proposals)) {
      return false;
    }
    List<Committed> early =
        proposals.stream()
            .map(proposal -> new Committed(++lastTxid, proposal.entry(), (Proposal) proposal))
            .toList();
    listener.durable(lastTxid);
    listener.apply(early);
    return true;
  }

  @Override
  public void readFence(Runnable whenCurrent) {
    real.readFence(whenCurrent);
  }

  @Override
  public void close() throws IOException {
    real.close();
  }
}
