package org.distrifs.simulation.linearizability;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Searches for an order in which the operations of one register may have happened: Wing and Gong's
 * algorithm ("Testing and verifying concurrent objects", 1993) with Lowe's memory of what was tried
 * ("Testing for linearizability", 2017).
 *
 * <p>Calls and returns stand in a list by time. The search takes out a call that fits the value the
 * register has, with its return, and begins again at the front; when it meets a return whose call
 * was not taken, nothing taken so far leads on, and the last is put back. A set of operations taken
 * together with the value they leave is never tried twice. Exponential at worst in the operations
 * that overlap, linear for those that do not.
 */
public final class LinearizabilityChecker {
  /** Beyond this a history overlaps too much to be decided in the memory of a test. */
  private static final int MAX_TRIED = 1_000_000;

  private record Tried(BitSet taken, long value) {}

  private record Step(EventList.Event call, long valueBefore) {}

  private final EventList events;
  private final BitSet taken = new BitSet();
  private final Deque<Step> steps = new ArrayDeque<>();
  private final Set<Tried> tried = new HashSet<>();
  private long value;

  private LinearizabilityChecker(List<RegisterOperation> history, long initialValue) {
    events = new EventList(history);
    value = initialValue;
  }

  /**
   * Checks the history of one register.
   *
   * @param history in any order
   * @param initialValue what the register holds at first
   * @return why it is impossible, with the longest order found; empty if it is linearizable
   * @throws IllegalStateException if it cannot be decided within a bound
   */
  public static Optional<String> contradiction(List<RegisterOperation> history, long initialValue) {
    return new LinearizabilityChecker(history, initialValue).search();
  }

  private Optional<String> search() {
    int longest = -1;
    String furthest = "";
    EventList.Event at = events.first();
    // Writes that were never answered may stay where they are: they need not have happened.
    while (events.hasReturns()) {
      if (at != null && !at.isReturn()) {
        at = tryTake(at) ? events.first() : at.next();
        continue;
      }
      if (steps.size() > longest) {
        longest = steps.size();
        furthest = describe(at);
      }
      if (steps.isEmpty()) {
        return Optional.of(furthest);
      }
      at = putBack();
    }
    return Optional.empty();
  }

  private boolean tryTake(EventList.Event call) {
    final RegisterOperation operation = call.operation();
    final boolean isWrite = operation.kind() == RegisterOperation.Kind.WRITE;
    if (!isWrite && operation.value() != value) {
      return false;
    }
    if (operation.isPending() && !isReadNext(operation.value())) {
      return false;
    }
    final long after = isWrite ? operation.value() : value;
    final BitSet with = (BitSet) taken.clone();
    with.set(call.index());
    if (!tried.add(new Tried(with, after))) {
      return false;
    }
    if (tried.size() > MAX_TRIED) {
      throw new IllegalStateException(
          "undecided after " + MAX_TRIED + " orders: too many operations overlap");
    }
    steps.push(new Step(call, value));
    taken.set(call.index());
    value = after;
    events.remove(call);
    return true;
  }

  /**
   * Whether a read of this value could come right behind. A write without an answer is of no use
   * otherwise: left out, everybody would have seen the same. Without this rule each such write
   * would double what there is to try.
   */
  private boolean isReadNext(long written) {
    for (EventList.Event at = events.first(); !at.isReturn(); at = at.next()) {
      if (at.operation().kind() == RegisterOperation.Kind.READ
          && at.operation().value() == written) {
        return true;
      }
    }
    return false;
  }

  /** Undoes the last step; the search goes on behind its call. */
  private EventList.Event putBack() {
    final Step last = steps.pop();
    value = last.valueBefore();
    taken.clear(last.call().index());
    events.restore(last.call());
    return last.call().next();
  }

  private String describe(EventList.Event stuck) {
    final StringBuilder text = new StringBuilder("no order explains that ");
    text.append(stuck == null ? "something returned" : stuck.operation());
    text.append("; at the furthest the register holds ").append(value).append(" after");
    steps.stream().limit(5).forEach(step -> text.append("\n  ").append(step.call().operation()));
    return text.toString();
  }
}
