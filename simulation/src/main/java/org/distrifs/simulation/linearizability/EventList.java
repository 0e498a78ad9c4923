package org.distrifs.simulation.linearizability;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A list of calls and returns in the order of time. An operation can be removed and restored in
 * constant time, if they are restored in the reverse order of their removal.
 */
final class EventList {

  /** A call or a return. */
  static final class Event {
    private final RegisterOperation operation;
    private final int index;
    private final boolean isReturn;
    private Event match;
    private Event previous;
    private Event next;

    private Event(RegisterOperation operation, int index, boolean isReturn) {
      this.operation = operation;
      this.index = index;
      this.isReturn = isReturn;
    }

    RegisterOperation operation() {
      return operation;
    }

    /** The number of the operation. */
    int index() {
      return index;
    }

    boolean isReturn() {
      return isReturn;
    }

    /** The next event, or null. */
    Event next() {
      return next;
    }

    private long atNs() {
      return isReturn ? operation.returnedNs() : operation.invokedNs();
    }

    private void unlink() {
      previous.next = next;
      if (next != null) {
        next.previous = previous;
      }
    }

    private void link() {
      previous.next = this;
      if (next != null) {
        next.previous = this;
      }
    }
  }

  private final Event head = new Event(null, -1, false);
  private int returns;

  EventList(List<RegisterOperation> history) {
    final List<Event> events = new ArrayList<>(2 * history.size());
    for (int i = 0; i < history.size(); i++) {
      final Event call = new Event(history.get(i), i, false);
      events.add(call);
      if (!history.get(i).isPending()) {
        call.match = new Event(history.get(i), i, true);
        events.add(call.match);
        returns++;
      }
    }
    // Operations that meet at the same instant overlap, so calls come first.
    events.sort(Comparator.comparingLong(Event::atNs).thenComparing(event -> event.isReturn));
    Event last = head;
    for (final Event event : events) {
      event.previous = last;
      last.next = event;
      last = event;
    }
  }

  /** The earliest event, or null. */
  Event first() {
    return head.next;
  }

  /** Whether an operation that was answered is still in the list. */
  boolean hasReturns() {
    return returns > 0;
  }

  /** Removes a call and its return. */
  void remove(Event call) {
    call.unlink();
    if (call.match != null) {
      call.match.unlink();
      returns--;
    }
  }

  /** Restores the call that was removed last, and its return. */
  void restore(Event call) {
    if (call.match != null) {
      call.match.link();
      returns++;
    }
    call.link();
  }
}
