package org.distrifs.master.journal;

import java.io.IOException;
import java.util.List;
import org.distrifs.proto.journal.JournalEntry;

/**
 * A sequence of journal entries that is kept, on one disk or by a quorum. The way of an entry:
 * proposed, appended, durable, and only then given to {@link Listener#apply}.
 *
 * <p>{@link #start} is called once, before anything else. {@link #propose} and {@link #readFence}
 * may be called on any thread.
 */
public interface ReplicatedLog extends AutoCloseable {

  /** Proposals that may wait at most; more are not taken. */
  int MAX_PROPOSALS_WAITING = 65_536;

  /** An entry on its way, with whatever its proposer hangs on it to find its caller again. */
  interface Proposal {
    JournalEntry entry();
  }

  /**
   * An entry that is durable.
   *
   * @param txid numbers entries from 1; without gaps but for those that a RollbackAccepted entry
   *     announces
   * @param proposal as it was given to {@link ReplicatedLog#propose}; null for an entry that is
   *     replayed or was proposed by another master
   */
  record Committed(long txid, JournalEntry entry, Proposal proposal) {}

  /**
   * Called by the log on threads of its own or such as were lent to it, one call at a time in
   * order; during {@link #start} on the thread that called it. The next group of entries waits for
   * a call to return, so what it does itself should be no more than what those who wait now are
   * waiting for.
   */
  interface Listener {

    /** Durable entries in their order, without gaps: replayed ones first, then new ones. */
    void apply(List<Committed> entries);

    /** Everything up to this txid is durable. Called before these entries are applied. */
    void durable(long upToTxid);

    /**
     * From now on this master may propose; everything before is applied. Its first proposal should
     * be the StartTerm of this term.
     *
     * @param term above every term in the log
     */
    void leader(long term);

    /**
     * From now on this master may not propose. Whether proposals not applied so far will be, is
     * unknown. A log of a single master never calls this.
     */
    void follower();
  }

  /**
   * Reads what there is, gives it to the listener, and takes proposals from then on.
   *
   * @throws org.distrifs.runtime.lifecycle.OperatorException if the log is damaged, of another
   *     cluster or of a newer format: the sentence names file and offset
   * @throws IOException if the disk fails
   */
  void start(Listener listener) throws IOException;

  /**
   * Appends entries, in this order and before those of any later call.
   *
   * @return false, and nothing is taken, if {@link #MAX_PROPOSALS_WAITING} would be exceeded, or
   *     the log is closed or has failed
   */
  boolean propose(List<? extends Proposal> proposals);

  /**
   * Runs {@code whenCurrent} once it is known that no other master has committed anything that this
   * one has not given to {@link Listener#apply}: reads answered after that are linearizable. May
   * run it before returning.
   */
  void readFence(Runnable whenCurrent);

  /** Appends what was proposed, ends the threads. A second call does nothing. */
  @Override
  void close() throws IOException;
}
