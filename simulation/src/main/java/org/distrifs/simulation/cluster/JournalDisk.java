package org.distrifs.simulation.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.distrifs.master.journal.ReplicatedLog.Committed;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.journal.FormatCluster;
import org.distrifs.proto.journal.JournalEntry;

/**
 * The journal on the master's disk, and the state that its entries give. The checks of a run take
 * that state for the truth.
 */
public final class JournalDisk {

  private static final long CLUSTER_ID = 0xD157;

  private final List<Committed> entries = new ArrayList<>();
  private final MasterState truth = new MasterState();
  private final List<ObjLongConsumer<JournalEntry>> observers = new ArrayList<>();

  JournalDisk(int chunkBytes) {
    append(
        JournalEntry.newBuilder()
            .setTimeNs(1)
            .setFormatCluster(
                FormatCluster.newBuilder()
                    .setClusterId(CLUSTER_ID)
                    .setChunkSizeBytes(chunkBytes)
                    .setFeatureLevel(1))
            .build());
  }

  /** Makes an entry durable; returns its txid. */
  long append(JournalEntry entry) {
    long txid = entries.size() + 1L;
    entries.add(new Committed(txid, entry, null));
    truth.apply(txid, entry);
    observers.forEach(each -> each.accept(entry, txid));
    return txid;
  }

  /**
   * The state after all durable entries, whether or not a master has applied them. Callers must not
   * change it.
   */
  public MasterState truth() {
    return truth;
  }

  /** Passes each later entry to an observer, after it is durable and {@link #truth} has it. */
  public void observe(ObjLongConsumer<JournalEntry> observer) {
    observers.add(observer);
  }

  List<Committed> entries() {
    return List.copyOf(entries);
  }
}
