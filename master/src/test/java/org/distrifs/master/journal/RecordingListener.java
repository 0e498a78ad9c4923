package org.distrifs.master.journal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Records what a log reports, and lets a test wait for it. */
final class RecordingListener implements ReplicatedLog.Listener {

  private static final long TIMEOUT_MS = 10_000;

  private final List<ReplicatedLog.Committed> applied = new ArrayList<>();
  private final Set<Thread> appliers = new HashSet<>();
  private Runnable onApply = () -> {};
  private long durable;
  private long term;

  @Override
  public synchronized void apply(List<ReplicatedLog.Committed> entries) {
    applied.addAll(entries);
    appliers.add(Thread.currentThread());
    notifyAll();
    Runnable next = onApply;
    onApply = () -> {};
    next.run();
  }

  @Override
  public synchronized void durable(long upToTxid) {
    durable = upToTxid;
    notifyAll();
  }

  @Override
  public synchronized void leader(long newTerm) {
    term = newTerm;
  }

  @Override
  public void follower() {
    throw new AssertionError("a local log is always the leader");
  }

  synchronized List<ReplicatedLog.Committed> applied() {
    return List.copyOf(applied);
  }

  synchronized long durable() {
    return durable;
  }

  synchronized long term() {
    return term;
  }

  /** The threads that have applied something. */
  synchronized Set<Thread> appliers() {
    return Set.copyOf(appliers);
  }

  /** Runs something once, when the next group is applied. */
  synchronized void onApply(Runnable next) {
    onApply = next;
  }

  void awaitApplied(int count) {
    await(() -> applied.size() >= count, count + " entries");
  }

  synchronized void await(BooleanSupplier condition, String what) {
    long deadlineNs = System.nanoTime() + TIMEOUT_MS * 1_000_000;
    try {
      while (!condition.getAsBoolean()) {
        long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
        if (leftMs <= 0) {
          throw new AssertionError(what + " did not come; there are " + applied.size());
        }
        wait(leftMs);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
