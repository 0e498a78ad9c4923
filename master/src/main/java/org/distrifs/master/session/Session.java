package org.distrifs.master.session;

import org.distrifs.master.chunk.PendingCut;
import org.distrifs.proto.control.OperationReply;

/** An open session: the last number and answer of each of its slots. */
public final class Session {
  private final SessionInfo info;
  private final long[] lastNumbers;
  private final OperationReply[] lastReplies;
  private final PendingCut[] lastCuts;

  Session(SessionInfo info) {
    this.info = info;
    this.lastNumbers = new long[info.slots()];
    this.lastReplies = new OperationReply[info.slots()];
    this.lastCuts = new PendingCut[info.slots()];
  }

  public SessionInfo info() {
    return info;
  }

  public boolean hasSlot(int slot) {
    return slot >= 0 && slot < lastNumbers.length;
  }

  /** Number of the slot's last mutation, unsigned; 0 before the first. */
  public long lastNumber(int slot) {
    return lastNumbers[slot];
  }

  /** Answer to the slot's last mutation; null before the first. */
  public OperationReply lastReply(int slot) {
    return lastReplies[slot];
  }

  /** The cut that the slot's last mutation began; null if it began none. */
  public PendingCut lastCut(int slot) {
    return lastCuts[slot];
  }

  /**
   * @param cut null if the mutation began none
   */
  public void remember(int slot, long number, OperationReply reply, PendingCut cut) {
    lastNumbers[slot] = number;
    lastReplies[slot] = reply;
    lastCuts[slot] = cut;
  }
}
