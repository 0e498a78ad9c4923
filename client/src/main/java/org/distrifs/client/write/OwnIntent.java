package org.distrifs.client.write;

import org.distrifs.proto.control.WriteIntent;

/**
 * Whether the master knows that this session may be writing to a file outside of fresh chunks:
 * before, no packet goes to such a chunk, so that nothing is left unaccounted for if this process
 * dies ({@code docs/write-intents.md}). Not thread-safe: belongs to the file's lock.
 */
final class OwnIntent {
  private boolean held;
  private int allocations;

  /** What the commit under way says of it; null without one. */
  private WriteIntent telling;

  /** Packets were given up that may have been, or may yet be, applied. */
  private boolean packetsLost;

  /** Whether packets may go to any chunk of the file. */
  boolean isHeld() {
    return held;
  }

  /**
   * Whether packets may go to a fresh chunk that holds acknowledged bytes. Not while a commit is
   * under way that lists it and begins no intent.
   */
  boolean permitsFresh() {
    return held || telling == null || telling == WriteIntent.BEGIN;
  }

  /** Whether an allocation may be sent, which may begin it: not if an end could overtake that. */
  boolean mayBegin() {
    return telling != WriteIntent.END && telling != WriteIntent.ABANDON;
  }

  void allocating() {
    allocations++;
  }

  /**
   * An allocation was answered.
   *
   * @param begun whether with a chunk that is not fresh
   */
  void allocated(boolean begun) {
    allocations--;
    held |= begun;
  }

  void packetsWereLost() {
    packetsLost = true;
  }

  /**
   * A commit is about to be sent.
   *
   * @param pending whether packets are on their way or unsent
   * @param closing whether nobody is expected to write soon
   * @return what it is to say
   */
  WriteIntent beginCommit(boolean pending, boolean closing) {
    telling = tell(pending, closing);
    if (!mayBegin()) {
      held = false;
      packetsLost = false;
    }
    return telling;
  }

  private WriteIntent tell(boolean pending, boolean closing) {
    if (pending) {
      return held ? WriteIntent.KEEP : WriteIntent.BEGIN;
    } else if (allocations > 0) {
      return WriteIntent.KEEP;
    } else if (packetsLost) {
      return WriteIntent.ABANDON;
    }
    return held && !closing ? WriteIntent.KEEP : WriteIntent.END;
  }

  /** The commit was answered, or not. */
  void commitEnded(boolean applied) {
    if (applied) {
      held |= telling == WriteIntent.BEGIN;
    } else {
      packetsLost |= telling == WriteIntent.ABANDON;
    }
    telling = null;
  }

  /** Whether the master is to be told that it ends, now that the file is closed. */
  boolean isToBeEnded() {
    return telling == null && (held || packetsLost);
  }
}
