package org.distrifs.client.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.proto.control.NumberedReply;
import org.distrifs.proto.control.OperationBatch;

/**
 * The operations of a client that are not answered yet. One waits for a slot, has a slot and is to
 * be sent, is in flight, or was postponed by the master and waits for its next turn. Not
 * thread-safe: every method is called under the session's lock.
 */
final class OperationQueue {

  /** Operations in one message at most. */
  static final int MAX_BATCH = 256;

  /** Operations that wait for a slot at most. */
  static final int MAX_WAITING = 65_536;

  private final ArrayDeque<PendingOperation> waiting = new ArrayDeque<>();
  private final ArrayDeque<PendingOperation> postponed = new ArrayDeque<>();
  private final ArrayDeque<PendingOperation> unsent = new ArrayDeque<>();
  private OperationSlots slots;

  OperationQueue(int slots) {
    this.slots = new OperationSlots(slots);
  }

  /** Whether too many wait for a slot for another one to be added. */
  boolean isFull() {
    return waiting.size() >= MAX_WAITING;
  }

  void add(PendingOperation operation) {
    waiting.add(operation);
  }

  /** Operations that wait for a slot. */
  int waiting() {
    return waiting.size();
  }

  /** Operations that have a slot: they are in flight, or about to be sent. */
  int inFlight() {
    return slots.taken();
  }

  /** Gives the free slots to those that wait, in their order. */
  void fillSlots() {
    while (slots.isFree() && !waiting.isEmpty()) {
      PendingOperation operation = waiting.poll();
      slots.take(operation);
      unsent.add(operation);
    }
  }

  /** The next operations to send in one message, as sent from then on; {@code null} for none. */
  OperationBatch nextBatch() {
    if (unsent.isEmpty()) {
      return null;
    }
    OperationBatch.Builder batch = OperationBatch.newBuilder();
    while (batch.getOperationsCount() < MAX_BATCH && !unsent.isEmpty()) {
      batch.addOperations(unsent.poll().numbered);
    }
    return batch.build();
  }

  /** All that are in flight are to be sent once more, with the numbers that they have. */
  void sendAgain() {
    unsent.clear();
    unsent.addAll(slots.inFlight());
  }

  /** The operation that a reply answers, whose slot is free now; {@code null} if there is none. */
  PendingOperation answered(NumberedReply reply) {
    return slots.answered(reply.getSlot(), reply.getNumber());
  }

  /** The master asked to be asked again: the operation has no slot until its next turn. */
  void postpone(PendingOperation operation) {
    postponed.add(operation);
  }

  /** Those that were postponed wait for a slot again. */
  void retryPostponed() {
    waiting.addAll(postponed);
    postponed.clear();
  }

  /** Those whose bound has passed. One that is in flight keeps its slot until it is answered. */
  List<PendingOperation> takeLate(long nowNs) {
    List<PendingOperation> late = new ArrayList<>();
    waiting.removeIf(operation -> nowNs - operation.deadlineNs >= 0 && late.add(operation));
    for (PendingOperation operation : slots.inFlight()) {
      if (nowNs - operation.deadlineNs >= 0 && !operation.reply.isDone()) {
        late.add(operation);
      }
    }
    return late;
  }

  /** Empties the queue and returns what was in it, first what was in flight. */
  List<PendingOperation> takeAll() {
    List<PendingOperation> all = new ArrayList<>(slots.inFlight());
    all.addAll(waiting);
    all.addAll(postponed);
    waiting.clear();
    postponed.clear();
    unsent.clear();
    slots = new OperationSlots(slots.size());
    return all;
  }

  /** Begins with other slots, all of them free; none may be taken. */
  void useSlots(int count) {
    slots = new OperationSlots(count);
  }
}
