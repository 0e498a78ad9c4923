package org.distrifs.master.service;

import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;

/** Answers that the service gives by itself. */
final class Replies {
  private Replies() {}

  static OperationReply failure(Errno errno, String sentence) {
    return OperationReply.newBuilder().setErrno(errno.code()).setMessage(sentence).build();
  }
}
