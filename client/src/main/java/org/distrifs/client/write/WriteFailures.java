package org.distrifs.client.write;

import java.io.IOException;
import java.util.Optional;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * The failures by which accepted bytes of one file were lost, numbered from 1 on, and up to which
 * of them somebody was told ({@code docs/write-errors.md}). Each handle keeps the number that it
 * was told up to, as the kernel does with {@code errseq_t}. Thread-safe.
 */
public final class WriteFailures {
  private long count;
  private long seen;
  private ErrnoException last;

  synchronized void add(ErrnoException failure) {
    count++;
    last = failure;
  }

  /** Takes over a failure of an earlier writer of the file. */
  public void inherit(ErrnoException failure) {
    add(failure);
  }

  /** The number of the last failure; 0 without one. */
  public synchronized long count() {
    return count;
  }

  /**
   * The number up to which somebody was told. A handle that is opened now is told what comes after
   * it.
   */
  public synchronized long seen() {
    return seen;
  }

  /** Somebody was told of all failures up to this number. */
  public synchronized void tell(long upTo) {
    seen = Math.max(seen, upTo);
  }

  /** The last failure; null without one. */
  public synchronized ErrnoException last() {
    return last;
  }

  /**
   * Takes out the last failure if nobody was told of it: from then on it is the taker's to tell.
   */
  public synchronized Optional<ErrnoException> takeUnseen() {
    if (seen == count) {
      return Optional.empty();
    }
    seen = count;
    return Optional.of(last);
  }

  static ErrnoException asErrno(Throwable failure, String attempted) {
    IOException known = Replies.asIoException(failure, attempted);
    return known instanceof ErrnoException errno
        ? errno
        : new ErrnoException(Errno.EIO, attempted, known);
  }
}
