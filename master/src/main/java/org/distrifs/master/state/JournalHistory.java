package org.distrifs.master.state;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.distrifs.proto.id.JournalPosition;
import org.distrifs.proto.journal.RollbackAccepted;

/**
 * Which masters wrote this journal, each from which txid on, and the last rollback. By it a peer
 * that has heard of entries of another journal is recognised, although the txids are the same: a
 * master that goes on from an older copy has a term of its own.
 */
public final class JournalHistory {

  /** Terms remembered at most; of older ones only the highest txid is compared. */
  static final int MAX_TERMS = 65_536;

  /**
   * A rollback that the operator has accepted.
   *
   * @param lastTxid last entry of the copy
   * @param highestSeenTxid the highest txid that a peer had told
   * @param nextTxid with which the journal went on
   * @param timeNs when, since the epoch
   */
  public record Rollback(long lastTxid, long highestSeenTxid, long nextTxid, long timeNs) {}

  private final TreeMap<Long, Long> firstTxidByTerm = new TreeMap<>();
  private Rollback rollback;

  void termBegins(long term, long txid) {
    firstTxidByTerm.put(term, txid);
    if (firstTxidByTerm.size() > MAX_TERMS) {
      firstTxidByTerm.pollFirstEntry();
    }
  }

  /** The entry has been checked: its next txid is above its own. */
  void accept(RollbackAccepted accepted, long txid, long timeNs) {
    rollback =
        new Rollback(txid - 1, accepted.getHighestSeenTxid(), accepted.getNextTxid(), timeNs);
  }

  /** The last rollback that was accepted. */
  public Optional<Rollback> rollback() {
    return Optional.ofNullable(rollback);
  }

  /**
   * Whether what a peer has heard of is in this journal, or was given up by a rollback.
   *
   * @param durableTxid end of this journal
   */
  public boolean holds(JournalPosition heard, long durableTxid) {
    if (rollback != null && heard.txid() < rollback.nextTxid()) {
      return true;
    }
    if (Long.compareUnsigned(heard.txid(), durableTxid) > 0) {
      return false;
    }
    return heard.term() == 0 || heard.txid() <= lastTxidOf(heard.term());
  }

  /** The last entry that a term can have had; 0 for a term that no master of this journal had. */
  private long lastTxidOf(long term) {
    boolean isForgotten = firstTxidByTerm.size() == MAX_TERMS && term < firstTxidByTerm.firstKey();
    if (!firstTxidByTerm.containsKey(term) && !isForgotten) {
      return 0;
    }
    Map.Entry<Long, Long> next = firstTxidByTerm.higherEntry(term);
    return next == null ? Long.MAX_VALUE : next.getValue() - 1;
  }

  @Override
  public int hashCode() {
    return 31 * firstTxidByTerm.hashCode() + (rollback == null ? 0 : rollback.hashCode());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof JournalHistory others
        && firstTxidByTerm.equals(others.firstTxidByTerm)
        && Optional.ofNullable(rollback).equals(Optional.ofNullable(others.rollback));
  }
}
