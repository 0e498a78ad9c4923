package org.distrifs.master.service;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.chain.ChangeDriver;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.journal.IntentsSettled;
import org.distrifs.proto.journal.JournalEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles files whose writers' sessions ended, as soon as no datanode takes writes of those any
 * more; {@code docs/write-intents.md} says why. Sees to it, too, that the cuts of it are made.
 */
final class FilesInDoubt {

  /** Inodes of one journal entry at most. */
  private static final int MAX_SETTLED = 1024;

  private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

  private static final Logger LOG = LoggerFactory.getLogger(FilesInDoubt.class);

  private final MasterState state;
  private final JournalPipeline journal;
  private final Revocations revocations;
  private final ChangeDriver changes;
  private boolean settling;
  private long lookedNs;

  FilesInDoubt(
      MasterState state,
      JournalPipeline journal,
      Revocations revocations,
      ChangeDriver changes,
      long nowNs) {
    this.state = state;
    this.journal = journal;
    this.revocations = revocations;
    this.changes = changes;
    this.lookedNs = nowNs;
  }

  void tick(long nowNs) {
    if (nowNs - lookedNs < INTERVAL_NS) {
      return;
    }
    lookedNs = nowNs;
    state.pendingCuts().forEach(cut -> changes.want(cut.chunkId()));
    List<Long> ripe = settling ? List.of() : ripe();
    if (!ripe.isEmpty()) {
      settling = true;
      journal.propose(
          JournalEntry.newBuilder()
              .setIntentsSettled(IntentsSettled.newBuilder().addAllInodes(ripe)),
          applied -> {
            settling = false;
            LOG.info("{} files are settled whose writers' sessions had ended", ripe.size());
          });
    }
  }

  private List<Long> ripe() {
    Map<Long, Boolean> inForce = new HashMap<>();
    List<Long> ripe = new ArrayList<>();
    for (Map.Entry<Long, Long> file : state.filesInDoubt().entrySet()) {
      if (inForce.computeIfAbsent(file.getValue(), revocations::areInForce)) {
        ripe.add(file.getKey());
      }
      if (ripe.size() == MAX_SETTLED) {
        break;
      }
    }
    return ripe;
  }
}
