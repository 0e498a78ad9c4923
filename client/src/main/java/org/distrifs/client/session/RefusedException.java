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

  /** Where the answer was unpacked tells nothing, and names are looked for often in vain. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  public OperationReply reply() {
    return reply;
  }
}
