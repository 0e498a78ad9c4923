package org.distrifs.master.state;

import java.util.Optional;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.proto.control.OperationReply;

/** What came of a journal entry. */
public sealed interface Applied {

  /**
   * A client's mutation was answered, by success or by an errno without effect; the answer is
   * remembered for its slot.
   *
   * @param reply chunk locations in it carry only what is journalled: index, chunk id, version,
   *     node ids, fresh
   * @param cut present when a truncation left a boundary chunk to be cut: the answer may go out
   *     only when this cut is not pending any more. It is to be begun, unless it is under way. A
   *     repetition of the mutation brings it again as long as it is pending.
   */
  record Replied(OperationReply reply, Optional<PendingCut> cut) implements Applied {}

  /**
   * A client's mutation had no effect and was not remembered, because a cut has to be done first:
   * propose it again, as it is, when {@link MasterState#pendingCut} of the inode is empty.
   */
  record MustWait(long inode) implements Applied {}

  /**
   * A client's mutation had no effect and was not remembered, because another session has the
   * append lease of the inode, or may still be writing to it: propose it again later.
   */
  record MustWaitForAppend(long inode) implements Applied {}

  /**
   * A client's lock was not set and the answer not remembered, because locks of others are in the
   * way and it may wait: propose it again, as it is, when they have gone.
   */
  record LockedOut(long inode) implements Applied {}

  /** A NodeJoin was accepted. */
  record NodeJoined(int nodeId) implements Applied {}

  /** An entry of another kind took effect, or had taken effect before. */
  record Accepted() implements Applied {}

  /**
   * An entry of another kind than a client's mutation had no effect.
   *
   * @param reason a sentence for logs and operators
   */
  record Refused(String reason) implements Applied {}
}
