package org.distrifs.client.read;

/** Recognises a reader that goes through a file in order. One per handle; thread-safe. */
public final class SequencePattern {

  /** The kernel splits one reader's stream over several threads, which overtake one another. */
  private static final long TOLERANCE_BYTES = 512 << 10;

  /** A reader that has read less than this in order may only look at a header. */
  private static final long MIN_STREAK_BYTES = 64 << 10;

  private static final int WINDOW_PER_STREAK = 4;

  private long next;
  private long streakBytes;

  /**
   * Notes a read.
   *
   * @return how many bytes ahead of its end this reader will probably want, at most {@code
   *     maxWindowBytes}; 0 when it does not read in order
   */
  synchronized long observe(long offset, int length, long maxWindowBytes) {
    boolean inOrder =
        Math.abs(offset - next) <= TOLERANCE_BYTES && (streakBytes > 0 || offset == next);
    if (inOrder) {
      streakBytes += length;
      next = Math.max(next, offset + length);
    } else {
      streakBytes = 0;
      next = offset + length;
    }
    return streakBytes < MIN_STREAK_BYTES
        ? 0
        : Math.min(maxWindowBytes, streakBytes * WINDOW_PER_STREAK);
  }
}
