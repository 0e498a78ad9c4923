package org.distrifs.client.session;

import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * The master carried an operation out with an errno; its answer may bring attributes all the same.
 */
public final class RefusedException extends ErrnoException {
  private static final long serialVersionUID = 1L;

  private final transient OperationReply reply;

  public RefusedException(OperationReply reply, String attempted) {
    super(Errno.ofCode(reply.getErrno()), attempted);
    this.reply = reply;
  }

  /**
   * No stack trace: it would show only where the answer was read, and names are often looked up
   * that do not exist.
   */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  public OperationReply reply() {
    return reply;
  }
}
