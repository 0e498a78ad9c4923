package org.distrifs.master.service;

import java.util.List;
import org.distrifs.proto.control.NameCheck;
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

  /** What has to be so for it to be carried out. */
  List<NameCheck> names() {
    return numbered.getNamesList();
  }

  @Override
  public String toString() {
    return operation().getKindCase() + " of " + session;
  }
}
