package org.distrifs.master.service;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.repair.ChunkCondition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an operator how the chunks stand: warns when there is something to act on, which repair
 * cannot mend, and says in passing what is being waited for or repaired and when that is over.
 * {@link #warnings} may be called on any thread.
 */
final class ChunkWatch {

  /** How often what lasts is said again. */
  private static final long AGAIN_NS = TimeUnit.MINUTES.toNanos(10);

  private static final Logger LOG = LoggerFactory.getLogger(ChunkWatch.class);

  private ChunkTotals before = new ChunkTotals();

  /** The warnings of the last walk, for whoever asks for this master's health. */
  private volatile List<String> warnings = List.of();

  private boolean wasActedOn;
  private long actedOnSinceNs;
  private boolean wasWarned;
  private long warnedNs;

  /** What an operator should act on, a sentence each. */
  List<String> warnings() {
    return warnings;
  }

  /** A walk of the census is over. */
  void walked(ChunkTotals totals, long nowNs) {
    warnings = warningsOf(totals);
    warn(nowNs);
    tellOfRepair(totals, nowNs);
    before = totals;
  }

  /**
   * Only what the walk before found, too: one that just changes is found otherwise the next time.
   */
  private List<String> warningsOf(ChunkTotals totals) {
    List<String> found = new ArrayList<>();
    if (lasts(totals, ChunkCondition.LOST)) {
      found.add(
          "%d of %d chunks have no good replica: start the datanodes that are dead, or restore the files that 'distrifs fsck' names"
              .formatted(totals.of(ChunkCondition.LOST), totals.chunks()));
    }
    if (lasts(totals, ChunkCondition.SHORT)) {
      found.add(
          "%d of %d chunks have fewer good replicas than they should, and no datanode can take another: add one, or start those that are dead"
              .formatted(totals.of(ChunkCondition.SHORT), totals.chunks()));
    }
    return List.copyOf(found);
  }

  private boolean lasts(ChunkTotals totals, ChunkCondition condition) {
    return totals.of(condition) > 0 && before.of(condition) > 0;
  }

  private void warn(long nowNs) {
    boolean isDue = !wasWarned || nowNs - warnedNs >= AGAIN_NS;
    if (!warnings.isEmpty() && isDue) {
      warnedNs = nowNs;
      warnings.forEach(LOG::warn);
    }
    wasWarned = !warnings.isEmpty();
  }

  private void tellOfRepair(ChunkTotals totals, long nowNs) {
    long waiting = totals.of(ChunkCondition.WAITING);
    long repairing = totals.of(ChunkCondition.REPAIRING);
    long given = totals.of(ChunkCondition.SHORT) + totals.of(ChunkCondition.LOST);
    boolean isActedOn = waiting + repairing > 0;
    if (isActedOn && !wasActedOn) {
      actedOnSinceNs = nowNs;
      LOG.info(
          "Of {} chunks {} wait for datanodes that are silent, and {} are being repaired",
          totals.chunks(),
          waiting,
          repairing);
    } else if (!isActedOn && wasActedOn && totals.of(ChunkCondition.UNKNOWN) == 0 && given == 0) {
      LOG.info(
          "All {} chunks have their replicas again, after {} ms",
          totals.chunks(),
          TimeUnit.NANOSECONDS.toMillis(nowNs - actedOnSinceNs));
    } else if (wasActedOn && totals.of(ChunkCondition.UNKNOWN) > 0) {
      // Not over: what is unknown now may have to be repaired when it is reported.
      return;
    }
    wasActedOn = isActedOn;
  }
}
