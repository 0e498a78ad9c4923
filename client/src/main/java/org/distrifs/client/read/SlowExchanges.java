package org.distrifs.client.read;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Looks, in ticks while any are under way, at the exchanges that were not answered yet. One tick
 * serves them all: a timer for each read would wake the timer's thread for each read, of which only
 * one in a thousand is slow. Thread-safe.
 */
final class SlowExchanges {
  private static final long TICK_MS = 10;

  /** An exchange that is under way. */
  interface Watched {
    /** Called in each tick, on the timer's thread. */
    void checkAge(long nowNs);
  }

  private final ClockSource clock;
  private final ScheduledExecutorService timer;

  /** Each with its number, so that they are looked at in an order that a simulation can repeat. */
  private final Map<Watched, Long> underWay = new ConcurrentHashMap<>();

  private final AtomicLong lastNumber = new AtomicLong();
  private final AtomicBoolean ticking = new AtomicBoolean();

  SlowExchanges(ClockSource clock, ScheduledExecutorService timer) {
    this.clock = clock;
    this.timer = timer;
  }

  void began(Watched exchange) {
    underWay.put(exchange, lastNumber.incrementAndGet());
    tickLater();
  }

  void ended(Watched exchange) {
    underWay.remove(exchange);
  }

  private void tickLater() {
    if (ticking.get() || !ticking.compareAndSet(false, true)) {
      return;
    }
    try {
      timer.schedule(this::tick, TICK_MS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The client is closed: what is under way ends with its connections, and needs no hedge.
      underWay.clear();
    }
  }

  private void tick() {
    ticking.set(false);
    long nowNs = clock.monotonicNs();
    underWay.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(entry -> entry.getKey().checkAge(nowNs));
    if (!underWay.isEmpty()) {
      tickLater();
    }
  }
}
