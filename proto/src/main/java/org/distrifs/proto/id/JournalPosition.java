package org.distrifs.proto.id;

/**
 * How far a peer of the master knows the journal to be durable. The term tells one journal from
 * another that went on from an older copy of it: their entries have the same txids.
 *
 * @param term of the master that told the txid; 0 if that is not known
 * @param txid everything up to it is durable; 0 before anything was heard
 */
public record JournalPosition(long term, long txid) {

  /** Of a peer that has heard nothing yet. */
  public static final JournalPosition NONE = new JournalPosition(0, 0);

  /** The one of two that is further on. */
  public JournalPosition max(JournalPosition other) {
    return Long.compareUnsigned(other.txid, txid) > 0 ? other : this;
  }
}
