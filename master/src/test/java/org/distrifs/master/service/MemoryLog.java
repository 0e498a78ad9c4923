package org.distrifs.master.service;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.journal.ReplicatedLog;
import org.distrifs.proto.journal.FormatCluster;
import org.distrifs.proto.journal.JournalEntry;

/**
 * A log in memory, which survives restarts of the master as a disk does. It can hold entries back,
 * as a slow disk would. When the master is killed, entries that are held back are lost.
 */
final class MemoryLog {

  static final long CLUSTER = 0xc1a57e4L;

  private final List<JournalEntry> durable = new ArrayList<>();
  private final List<ReplicatedLog.Proposal> held = new ArrayList<>();
  private ReplicatedLog.Listener listener;
  private boolean holding;
  private long term;

  MemoryLog(long chunkSizeBytes) {
    durable.add(
        JournalEntry.newBuilder()
            .setFormatCluster(
                FormatCluster.newBuilder()
                    .setClusterId(CLUSTER)
                    .setChunkSizeBytes(chunkSizeBytes)
                    .setFeatureLevel(1))
            .build());
  }

  synchronized List<JournalEntry> entries() {
    return List.copyOf(durable);
  }

  synchronized void hold() {
    holding = true;
  }

  /** How many entries wait to become durable. */
  synchronized int held() {
    return held.size();
  }

  synchronized void release() {
    holding = false;
    commit();
  }

  /** Drops the last entries, so that the log is like an older copy. */
  synchronized void forgetLast(int count) {
    durable.subList(durable.size() - count, durable.size()).clear();
  }

  private void commit() {
    List<ReplicatedLog.Committed> committed = new ArrayList<>();
    for (ReplicatedLog.Proposal proposal : held) {
      durable.add(proposal.entry());
      committed.add(new ReplicatedLog.Committed(durable.size(), proposal.entry(), proposal));
    }
    held.clear();
    if (!committed.isEmpty()) {
      listener.durable(durable.size());
      listener.apply(committed);
    }
  }

  /** Opens the log for the next master. */
  ReplicatedLog open() {
    return new View();
  }

  private final class View implements ReplicatedLog {
    private boolean closed;

    @Override
    public void start(Listener newListener) {
      synchronized (MemoryLog.this) {
        listener = newListener;
        List<Committed> replayed = new ArrayList<>();
        for (JournalEntry entry : durable) {
          replayed.add(new Committed(replayed.size() + 1, entry, null));
        }
        listener.apply(replayed);
        listener.durable(durable.size());
        listener.leader(++term);
      }
    }

    @Override
    public boolean propose(List<? extends Proposal> proposals) {
      synchronized (MemoryLog.this) {
        if (closed) {
          return false;
        }
        held.addAll(proposals);
        if (!holding) {
          commit();
        }
        return true;
      }
    }

    @Override
    public void readFence(Runnable whenCurrent) {
      whenCurrent.run();
    }

    @Override
    public void close() {
      synchronized (MemoryLog.this) {
        closed = true;
        held.clear();
        holding = false;
      }
    }
  }
}
