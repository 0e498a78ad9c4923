package org.distrifs.datanode.chain;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/**
 * Holds back reads of a range with a pending write: the bytes that they would see could be gone
 * after a change of the chain.
 */
final class ReadGate<T> {
  private record WaitingRead<T>(DataRequest.Read read, T ticket, long untilMs) {}

  private final ChainActions<T> actions;

  /** The member's own list. */
  private final List<PendingWrite<T>> pendingWrites;

  private final List<WaitingRead<T>> waitingReads = new ArrayList<>();

  ReadGate(ChainActions<T> actions, List<PendingWrite<T>> pendingWrites) {
    this.actions = actions;
    this.pendingWrites = pendingWrites;
  }

  /** Serves a read, refuses it, or lets it wait. */
  void admit(DataRequest.Read read, T ticket, long nowMs) {
    if (tryRead(read, ticket)) {
      return;
    }
    if (waitingReads.size() >= ChainMember.MAX_WAITING_READS) {
      actions.answer(
          ticket, DataReply.failure(Status.OVERLOADED, "too many reads wait for writes"));
      return;
    }
    waitingReads.add(new WaitingRead<>(read, ticket, nowMs + ChainMember.READ_WAIT_MS));
  }

  /** Serves a read or refuses it; false if it has to wait. */
  private boolean tryRead(DataRequest.Read read, T ticket) {
    boolean mustWait = false;
    for (PendingWrite<T> entry : pendingWrites) {
      if (entry.overlaps(read.offset(), read.length())) {
        if (entry.failure != null) {
          actions.answer(ticket, stuck(entry));
          return true;
        }
        mustWait = true;
      }
    }
    if (!mustWait) {
      actions.serve(ticket, read);
    }
    return !mustWait;
  }

  private DataReply stuck(PendingWrite<T> entry) {
    return DataReply.failure(
        Status.TIMED_OUT,
        "write %d of the range is not known to be on all members behind this one"
            .formatted(entry.write.order()));
  }

  /** A write was completed or got stuck. */
  void recheck() {
    waitingReads.removeIf(waiting -> tryRead(waiting.read(), waiting.ticket()));
  }

  /** Ends the waits whose bound has passed. */
  void tick(long nowMs) {
    for (Iterator<WaitingRead<T>> it = waitingReads.iterator(); it.hasNext(); ) {
      WaitingRead<T> waiting = it.next();
      if (nowMs >= waiting.untilMs()) {
        it.remove();
        actions.answer(
            waiting.ticket(),
            DataReply.failure(
                Status.TIMED_OUT, "a write of the range was not acknowledged in time"));
      }
    }
  }

  /** Answers all that wait. */
  void refuseAll(DataReply reply) {
    waitingReads.forEach(waiting -> actions.answer(waiting.ticket(), reply));
    waitingReads.clear();
  }

  boolean isEmpty() {
    return waitingReads.isEmpty();
  }
}
