package org.distrifs.master.service;

import org.distrifs.proto.control.OperationReply;

/** Where an operation goes on that had to wait. */
interface OperationSink {

  void answer(PendingOperation operation, OperationReply reply);

  /** Tries it again from the start. */
  void again(PendingOperation operation);
}
