package org.distrifs.master.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.proto.journal.DurableMark;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Numbers the entries of a group, appends them, makes them durable by one sync, and tells the
 * listener. For one thread at a time. After an {@link IOException} it must not be used again.
 */
final class GroupWriter implements AutoCloseable {

  /** Bytes of the entries that share a sync, but for the last. */
  static final int MAX_GROUP_BYTES = 4 << 20;

  private static final JournalEntry DURABLE_MARK =
      JournalEntry.newBuilder().setDurableMark(DurableMark.getDefaultInstance()).build();

  private final SegmentWriter segments;
  private final ReplicatedLog.Listener listener;
  private final ClockSource clock;
  private long lastTxid;
  private long durableTxid;
  private long lastSyncNs = Long.MAX_VALUE;

  /**
   * @param segments this object closes it
   * @param lastTxid of what the segments hold, all of it durable
   */
  GroupWriter(
      SegmentWriter segments, ReplicatedLog.Listener listener, ClockSource clock, long lastTxid) {
    this.segments = segments;
    this.listener = listener;
    this.clock = clock;
    this.lastTxid = lastTxid;
    this.durableTxid = lastTxid;
  }

  /** The segment that is written. */
  Path path() {
    return segments.path();
  }

  /** How long the last sync took; the greatest number before there was one. */
  long lastSyncNs() {
    return lastSyncNs;
  }

  /** Returns when the listener was given all of them. */
  void write(List<ReplicatedLog.Proposal> proposals) throws IOException {
    List<ReplicatedLog.Committed> group = new ArrayList<>(proposals.size());
    long bytes = 0;
    for (ReplicatedLog.Proposal proposal : proposals) {
      bytes += append(proposal.entry(), proposal, group);
      if (bytes >= MAX_GROUP_BYTES) {
        commit(group);
        group = new ArrayList<>();
        bytes = 0;
      }
    }
    if (!group.isEmpty()) {
      commit(group);
    }
  }

  /** Says on disk, when no entry is there to say it, that the last group is durable. */
  void writeMark() throws IOException {
    List<ReplicatedLog.Committed> group = new ArrayList<>(1);
    append(DURABLE_MARK, null, group);
    commit(group);
  }

  private int append(
      JournalEntry entry, ReplicatedLog.Proposal proposal, List<ReplicatedLog.Committed> group)
      throws IOException {
    if (group.isEmpty()) {
      segments.rollIfFull(lastTxid + 1);
    }
    byte[] operation = entry.toByteArray();
    lastTxid++;
    segments.append(entry.getKindCase().getNumber(), lastTxid, durableTxid, operation);
    group.add(new ReplicatedLog.Committed(lastTxid, entry, proposal));
    lastTxid = JournalRecord.lastTxidAfter(lastTxid, entry);
    return operation.length + JournalRecord.OVERHEAD_BYTES;
  }

  private void commit(List<ReplicatedLog.Committed> group) throws IOException {
    long beganNs = clock.monotonicNs();
    segments.sync();
    lastSyncNs = clock.monotonicNs() - beganNs;
    durableTxid = lastTxid;
    listener.durable(durableTxid);
    listener.apply(group);
  }

  @Override
  public void close() throws IOException {
    segments.close();
  }
}
