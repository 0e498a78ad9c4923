package org.distrifs.master.service;

import org.distrifs.proto.control.NumberedOperation;
import org.distrifs.proto.control.Operation;

/**
 * An operation that is not answered yet.
 *
 * @param arrivedNs monotonic time
 */
record PendingOperation(ClientSession session, NumberedOperation numbered, long arrivedNs) {

  Operation operation() {
    return numbered.getOperation();
  }

  int slot() {
    return numbered.getSlot();
  }

  long number() {
    return numbered.getNumber();
  }

  @Override
  public String toString() {
    return operation().getKindCase() + " of " + session;
  }
}
