package org.distrifs.client.read;

/** Recognises a reader that goes through a file in order. One per handle; thread-safe. */
public final class SequencePattern {

  /**
   * The kernel asks for several parts of a stream at once, on several threads, which overtake one
   * another: by so many requests, or so many bytes if those are more.
   */
  private static final int TOLERANCE_REQUESTS = 4;

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
    long tolerance = Math.max(TOLERANCE_BYTES, (long) TOLERANCE_REQUESTS * length);
    boolean inOrder = Math.abs(offset - next) <= tolerance && (streakBytes > 0 || offset == next);
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
