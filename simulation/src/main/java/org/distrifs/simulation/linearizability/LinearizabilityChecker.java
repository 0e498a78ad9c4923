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
 * algorithm ("Testing and verifying concurrent objects", 1993) with Lowe's cache of configurations
 * ("Testing for linearizability", 2017).
 *
 * <p>Calls and returns are in a list in the order of time. The search removes a call that agrees
 * with the present value of the register, together with its return, and begins again at the front.
 * When it meets a return whose call is still in the list, the order found so far leads nowhere, and
 * the last operation is restored. A set of removed operations with the value that they leave is
 * never tried twice. The time is exponential, at worst, in the number of operations that overlap,
 * and linear in the others.
 */
public final class LinearizabilityChecker {
  /**
   * The most configurations that are tried. A history that needs more has too much overlap for the
   * memory of a test.
   */
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
   * @param history its operations, in any order
   * @param initialValue the first value of the register
   * @return why it is not linearizable, with the longest order found; empty if it is
   * @throws IllegalStateException if that cannot be decided within the bound
   */
  public static Optional<String> contradiction(List<RegisterOperation> history, long initialValue) {
    return new LinearizabilityChecker(history, initialValue).search();
  }

  private Optional<String> search() {
    int longest = -1;
    String furthest = "";
    EventList.Event at = events.first();
    // Writes without an answer can be left over: they need not have happened.
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
   * Whether a read of this value can come next. Only then is a write without an answer placed here:
   * otherwise no client could tell whether it happened. Without this rule each such write would
   * double the orders to try.
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

  /** Undoes the last step. The search continues behind its call. */
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
