package org.distrifs.client.session;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.distrifs.proto.control.NumberedOperation;

/**
 * The numbered slots of one session: at most one operation on each, numbers rising by one. A slot
 * whose caller gave up stays taken until its answer comes, since a new number on it would say that
 * the old answer is known. Not thread-safe: belongs to the session's lock.
 */
final class OperationSlots {
  private final PendingOperation[] inFlight;
  private final long[] lastNumber;
  private final int[] free;
  private int freeCount;

  OperationSlots(int slots) {
    inFlight = new PendingOperation[slots];
    lastNumber = new long[slots];
    free = new int[slots];
    for (int slot = 0; slot < slots; slot++) {
      free[slot] = slots - 1 - slot;
    }
    freeCount = slots;
  }

  boolean isFree() {
    return freeCount > 0;
  }

  int size() {
    return inFlight.length;
  }

  int taken() {
    return inFlight.length - freeCount;
  }

  /** Puts an operation on a free slot, with the slot's next number. */
  void take(PendingOperation pending) {
    int slot = free[--freeCount];
    lastNumber[slot]++;
    inFlight[slot] = pending;
    pending.numbered =
        NumberedOperation.newBuilder()
            .setSlot(slot)
            .setNumber(lastNumber[slot])
            .setOperation(pending.operation)
            .addAllNames(pending.names)
            .build();
  }

  /** Frees the slot of an answer; null when the answer is not for what is in flight there. */
  PendingOperation answered(int slot, long number) {
    if (slot < 0 || slot >= inFlight.length || lastNumber[slot] != number) {
      return null;
    }
    PendingOperation pending = inFlight[slot];
    if (pending != null) {
      inFlight[slot] = null;
      free[freeCount++] = slot;
    }
    return pending;
  }

  /** What is in flight, in the order in which it was submitted. */
  List<PendingOperation> inFlight() {
    List<PendingOperation> all = new ArrayList<>(taken());
    Arrays.stream(inFlight).filter(pending -> pending != null).forEach(all::add);
    all.sort(Comparator.comparingLong(pending -> pending.order));
    return all;
  }
}
