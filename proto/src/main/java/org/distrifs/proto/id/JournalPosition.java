package org.distrifs.proto.id;

/**
 * How far the journal is durable, as far as a peer of the master knows. After a rollback, entries
 * with the same txid can differ: the term tells the journal from the older copy that went on.
 *
 * @param term of the master that told the txid; 0 if that is not known
 * @param txid everything up to it is durable; 0 before anything was heard
 */
public record JournalPosition(long term, long txid) {

  /** The position of a peer that has not heard from a master yet. */
  public static final JournalPosition NONE = new JournalPosition(0, 0);

  /** The later of two positions. */
  public JournalPosition max(JournalPosition other) {
    return Long.compareUnsigned(other.txid, txid) > 0 ? other : this;
  }
}
