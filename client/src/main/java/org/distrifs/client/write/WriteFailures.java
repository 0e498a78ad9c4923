package org.distrifs.client.write;

import java.io.IOException;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * The background failures of a file, each reported once to every handle that was open when it
 * happened (as the kernel's errseq_t does). Not thread-safe: belongs to the file's lock.
 */
final class WriteFailures {
  private long count;
  private ErrnoException last;

  void add(ErrnoException failure) {
    count++;
    last = failure;
  }

  long count() {
    return count;
  }

  ErrnoException last() {
    return last;
  }

  static ErrnoException asErrno(Throwable failure, String attempted) {
    IOException known = Replies.asIoException(failure, attempted);
    return known instanceof ErrnoException errno
        ? errno
        : new ErrnoException(Errno.EIO, attempted, known);
  }
}
