package org.distrifs.client.lock;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.client.CloseQueue;
import org.distrifs.runtime.clock.ClockSource;

/**
 * The ends of one file's handles that are under way: those that are being served here, and those
 * that the kernel may have queued. {@code docs/locks.md} says why nobody may be refused a lock
 * before they are over. Thread-safe; nothing blocks.
 */
final class HandleEnds {
  private static final long LOOK_INTERVAL_MS = 1;

  /**
   * So often in a row the queue is found empty, and no read under way, before nothing counts as
   * under way: a read is over here a moment before the kernel has its answer, and queues the end.
   */
  private static final int QUIET_LOOKS = 2;

  /** A queue that is never found empty is not looked at any longer. */
  static final long MAX_LOOKING_MS = 500;

  private final HeldLocks heldLocks;
  private final CloseQueue queue;
  private final ClockSource clock;
  private final ScheduledExecutorService timer;
  private final Set<CompletableFuture<Void>> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicLong ended = new AtomicLong();

  HandleEnds(
      HeldLocks heldLocks, CloseQueue queue, ClockSource clock, ScheduledExecutorService timer) {
    this.heldLocks = heldLocks;
    this.queue = queue;
    this.clock = clock;
    this.timer = timer;
  }

  /** The end of a handle begins; the answer has to be given to {@link #end}. */
  CompletableFuture<Void> begin() {
    CompletableFuture<Void> end = new CompletableFuture<>();
    underWay.add(end);
    return end;
  }

  /** What was locked through the handle is released. */
  void end(CompletableFuture<Void> end) {
    ended.incrementAndGet(); // Before it is taken out: who misses it there finds it here.
    underWay.remove(end);
    end.complete(null);
  }

  /** How many have ended so far. */
  long ended() {
    return ended.get();
  }

  /**
   * Completes when no end is under way.
   *
   * @param endedBefore what {@link #ended} answered before the lock was asked for
   * @return whether any handle has ended since
   */
  CompletableFuture<Boolean> whenQuiet(long endedBefore) {
    CompletableFuture<Boolean> quiet = new CompletableFuture<>();
    long untilNs = clock.monotonicNs() + TimeUnit.MILLISECONDS.toNanos(MAX_LOOKING_MS);
    look(endedBefore, untilNs, 0, quiet);
    return quiet;
  }

  private void look(
      long endedBefore, long untilNs, int quietLooks, CompletableFuture<Boolean> quiet) {
    CompletableFuture<?>[] now = underWay.toArray(new CompletableFuture<?>[0]);
    if (now.length > 0) {
      CompletableFuture.allOf(now)
          .whenComplete((done, never) -> look(endedBefore, untilNs, 0, quiet));
      return;
    }
    boolean isQuiet = !queue.mayHoldAny() && !heldLocks.isReadThroughOneThatMayBeEnding();
    int looks = isQuiet ? quietLooks + 1 : 0;
    if (looks == QUIET_LOOKS || !heldLocks.mayBeEnding() || clock.monotonicNs() - untilNs >= 0) {
      quiet.complete(ended.get() != endedBefore);
      return;
    }
    timer.schedule(
        () -> look(endedBefore, untilNs, looks, quiet), LOOK_INTERVAL_MS, TimeUnit.MILLISECONDS);
  }
}
