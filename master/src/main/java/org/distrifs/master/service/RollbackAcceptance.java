package org.distrifs.master.service;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.state.MasterState;
import org.distrifs.master.state.NodeInfo;
import org.distrifs.proto.id.JournalPosition;
import org.distrifs.proto.journal.RollbackAccepted;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time between the start of a master that may give up lost entries and the moment when it does:
 * it serves nobody, and hears from datanodes and clients how far the lost journal went. It waits
 * until each datanode that it knows has told, but no longer than datanodes have to come back after
 * any start. Belongs to the master's loop.
 */
final class RollbackAcceptance {

  /**
   * Txids skipped beyond the highest that a peer has told: entries of which no peer was told that
   * is here. At the highest rate that a journal takes, 150,000 a second, eight hours of them.
   */
  static final long UNTOLD_ENTRIES = 1L << 32;

  private static final Logger LOG = LoggerFactory.getLogger(RollbackAcceptance.class);

  private final MasterState state;
  private final long beganNs;
  private final long leastNs;
  private final long mostNs;
  private final Set<Integer> toldNodes = new HashSet<>();
  private JournalPosition highest = JournalPosition.NONE;
  private long highestTerm;
  private boolean isBehind;

  /**
   * @param leastMs how long it waits in any case, so that clients can tell too
   * @param mostMs how long it waits for datanodes that do not come
   */
  RollbackAcceptance(MasterState state, long nowNs, long leastMs, long mostMs) {
    this.state = state;
    this.beganNs = nowNs;
    this.leastNs = TimeUnit.MILLISECONDS.toNanos(leastMs);
    this.mostNs = TimeUnit.MILLISECONDS.toNanos(mostMs);
  }

  /** Why nobody is served meanwhile: a sentence. */
  String reason() {
    return "the master was started with --accept-rollback, and waits for its datanodes to tell how much its journal lacks, at most %d s"
        .formatted(TimeUnit.NANOSECONDS.toSeconds(mostNs));
  }

  /**
   * A peer tells up to where it was told that the journal is durable.
   *
   * @param holds whether this journal has that
   */
  void told(JournalPosition heard, boolean holds, String peer) {
    if (!holds && !highest.max(heard).equals(highest)) {
      LOG.warn("{} has seen txid {}, which is not in this journal", peer, heard.txid());
    }
    highest = highest.max(heard);
    highestTerm = Math.max(highestTerm, heard.term());
    isBehind |= !holds;
  }

  /** The peer that told last was this datanode. */
  void nodeTold(int nodeId) {
    toldNodes.add(nodeId);
  }

  /** Whether no more is to be waited for. */
  boolean isDue(long nowNs) {
    long waitedNs = nowNs - beganNs;
    return waitedNs >= mostNs || (waitedNs >= leastNs && haveAllTold());
  }

  private boolean haveAllTold() {
    return state.nodes().stream().map(NodeInfo::id).allMatch(toldNodes::contains);
  }

  /** Whether nothing is lost, as far as every datanode knows. */
  boolean isNothingLost() {
    return !isBehind && haveAllTold();
  }

  /**
   * The entry by which it is accepted.
   *
   * @param durableTxid end of this journal
   */
  RollbackAccepted entry(long durableTxid) {
    long highestTxid = Math.max(highest.txid(), durableTxid);
    LOG.warn(
        "The rollback is accepted: this journal ends at txid {}, the highest that a datanode or client has seen is {}, so at least {} entries are lost. {} of {} datanodes have told. The journal goes on with txid {}",
        durableTxid,
        highest.txid(),
        highestTxid - durableTxid,
        state.nodes().stream().filter(node -> toldNodes.contains(node.id())).count(),
        state.nodes().size(),
        highestTxid + UNTOLD_ENTRIES);
    return RollbackAccepted.newBuilder()
        .setHighestSeenTxid(highest.txid())
        .setNextTxid(highestTxid + UNTOLD_ENTRIES)
        .build();
  }

  /** The highest term that a peer has told, and this journal: the next is to be above both. */
  long highestTerm() {
    return Math.max(state.term(), highestTerm);
  }
}
