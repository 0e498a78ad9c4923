package org.distrifs.proto.connection;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs an action when the earliest of some deadlines has passed. Most exchanges end long before
 * theirs, so that the timer hardly ever fires: a thread that is woken to look for nothing costs as
 * much as one that is woken by a message. Confined to its I/O thread.
 */
final class ExpiryTimer {
  /** The least time from now to the next firing, however many deadlines lie in it. */
  private static final int MIN_DELAY_MS = 25;

  private final EventLoop loop;
  private final Runnable action;

  /** Null while nothing is scheduled. */
  private ScheduledFuture<?> next;

  /** When {@link #next} fires. */
  private long nextNs;

  ExpiryTimer(EventLoop loop, Runnable action) {
    this.loop = loop;
    this.action = action;
  }

  /**
   * Has the action run once when a deadline has passed; sooner if an earlier one was named. The
   * action names the deadlines that are left.
   *
   * @param deadlineNs on the clock of {@link System#nanoTime}
   */
  void fireBy(long deadlineNs) {
    if (next != null && nextNs - deadlineNs <= 0) {
      return;
    }
    cancel();
    long nowNs = System.nanoTime();
    long delayNs = Math.max(TimeUnit.MILLISECONDS.toNanos(MIN_DELAY_MS), deadlineNs - nowNs);
    nextNs = nowNs + delayNs;
    next = loop.schedule(this::fire, delayNs, TimeUnit.NANOSECONDS);
  }

  private void fire() {
    next = null;
    action.run();
  }

  void cancel() {
    if (next != null) {
      next.cancel(false);
      next = null;
    }
  }
}
