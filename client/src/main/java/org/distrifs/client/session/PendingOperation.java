package org.distrifs.client.session;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.NumberedOperation;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;

/** An operation that was not answered yet. Its mutable fields belong to the session's lock. */
final class PendingOperation {
  final Operation operation;

  /** What has to be so for the master to carry it out. */
  final List<NameCheck> names;

  final CompletableFuture<OperationReply> reply = new CompletableFuture<>();

  /** Rises with each operation of the client. */
  final long order;

  final long submittedNs;
  final long deadlineNs;

  /** How it goes on the wire; null while it waits for a slot. */
  NumberedOperation numbered;

  PendingOperation(
      Operation operation, List<NameCheck> names, long order, long submittedNs, long deadlineNs) {
    this.operation = operation;
    this.names = names;
    this.order = order;
    this.submittedNs = submittedNs;
    this.deadlineNs = deadlineNs;
  }
}
