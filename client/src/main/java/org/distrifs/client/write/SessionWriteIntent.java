package org.distrifs.client.write;

import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.WriteIntent;

/**
 * Whether the master knows that this session may be writing to a file outside of fresh chunks:
 * before, no packet goes to such a chunk, so that nothing is left unaccounted for if this process
 * dies ({@code docs/write-intents.md}). Not thread-safe: belongs to the file's lock.
 *
 * <p>Each question that may begin it has a number. An end names the last one, so that it does no
 * harm however late it comes.
 */
final class SessionWriteIntent {
  /** How a commit ended. */
  enum Outcome {
    APPLIED,
    REFUSED,
    /** Nobody knows whether it was applied, or will be. */
    UNKNOWN
  }

  private final AtomicLong numbers;
  private long lastNumber;
  private boolean held;
  private int allocations;

  /** What the commit under way says of it; null without one. */
  private WriteIntent telling;

  /** Chunks that look fresh may be so no more: the outcome of a commit is not known. */
  private boolean freshInDoubt;

  /** Bytes were given up that may have been, or may yet be, applied. */
  private boolean bytesLost;

  /**
   * @param numbers of the session
   */
  SessionWriteIntent(AtomicLong numbers) {
    this.numbers = numbers;
  }

  /** Whether packets may go to any chunk of the file. */
  boolean isHeld() {
    return held;
  }

  /**
   * Whether packets may go to a fresh chunk that holds acknowledged bytes. Not while a commit is
   * under way that lists it and begins no intent.
   */
  boolean permitsFresh() {
    return held || !freshInDoubt && (telling == null || telling == WriteIntent.BEGIN);
  }

  /**
   * Whether it makes sense to allocate for its sake: not while that is done, or a commit is under
   * way whose end decides what may be written.
   */
  boolean mayBegin() {
    return allocations == 0 && (telling == null || telling == WriteIntent.BEGIN);
  }

  /** An allocation is sent; answers its number. */
  long allocating() {
    allocations++;
    lastNumber = numbers.incrementAndGet();
    return lastNumber;
  }

  /**
   * An allocation ended.
   *
   * @param answered whether there was a chunk
   * @param begun whether that was not fresh
   */
  void allocated(boolean answered, boolean begun) {
    allocations--;
    held |= begun;
    freshInDoubt &= !answered;
  }

  boolean isAllocating() {
    return allocations > 0;
  }

  void bytesWereLost() {
    bytesLost = true;
  }

  /**
   * A commit is about to be sent: says what it is to say.
   *
   * @param pending whether packets are on their way or unsent
   * @param ahead whether there are fresh chunks that were not written to: another session may have
   *     made one an ordinary chunk, and begun an intent for this one
   * @param closing whether nobody is expected to write soon
   */
  void tell(Commit.Builder commit, boolean pending, boolean ahead, boolean closing) {
    telling = decide(pending, ahead, closing);
    if (telling == WriteIntent.BEGIN) {
      lastNumber = numbers.incrementAndGet();
    } else if (telling != WriteIntent.KEEP) {
      held = false;
      bytesLost = false;
    }
    commit.setIntent(telling).setIntentNumber(lastNumber);
  }

  private WriteIntent decide(boolean pending, boolean ahead, boolean closing) {
    if (pending) {
      return held ? WriteIntent.KEEP : WriteIntent.BEGIN;
    } else if (allocations > 0 || ahead) {
      return WriteIntent.KEEP;
    } else if (bytesLost) {
      return WriteIntent.ABANDON;
    }
    return held && !closing ? WriteIntent.KEEP : WriteIntent.END;
  }

  void commitEnded(Outcome outcome) {
    if (outcome == Outcome.APPLIED) {
      held |= telling == WriteIntent.BEGIN;
      freshInDoubt = false;
    } else {
      bytesLost |= telling == WriteIntent.ABANDON || outcome == Outcome.REFUSED;
      freshInDoubt |= outcome == Outcome.UNKNOWN;
    }
    telling = null;
  }

  /** The file is closed: the last thing that is said, if there is anything to say it with. */
  void tellLast(Commit.Builder commit) {
    commit.setIntent(bytesLost ? WriteIntent.ABANDON : WriteIntent.END).setIntentNumber(lastNumber);
    held = false;
    bytesLost = false;
  }

  /** Whether the master is to be told that it ends, now that the file is closed. */
  boolean isToBeEnded() {
    return held || bytesLost;
  }
}
