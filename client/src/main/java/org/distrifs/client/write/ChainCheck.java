package org.distrifs.client.write;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.control.ChunkLocation;

/**
 * Asks the master, in the background, about the chain of packets that nobody answers. A member that
 * is silent says nothing of it; the master takes it out of the chain, and then it would be a waste
 * to wait until the packets' own bound passes. Not thread-safe: every method is called under the
 * file's lock, and so are the callbacks.
 */
final class ChainCheck {
  /** The first question comes after this part of a packet's bound: 2 s of 10. */
  private static final int FIRST_CHECK_DIVISOR = 5;

  private static final long INTERVAL_MS = 500;
  private static final long INTERVAL_DURING_CHANGE_MS = 100;

  /** Whose packets are unanswered. */
  interface Waiter {
    boolean awaitsAnswers();

    /** Asks the master, and reports a member to it if one is known to have failed. */
    CompletableFuture<Optional<ChunkLocation>> askMaster();

    /** Tells whether the chain is another now: then nothing is waited for any more. */
    boolean isChanged(ChunkLocation found);
  }

  private final WriterLock lock;
  private final WriteServices services;
  private final Waiter waiter;
  private boolean armed;

  /** The next look, if one is armed and no question is under way. */
  private Future<?> next = CompletableFuture.completedFuture(null);

  private boolean hasAsked;
  private long heardNs;

  ChainCheck(WriterLock lock, WriteServices services, Waiter waiter) {
    this.lock = lock;
    this.services = services;
    this.waiter = waiter;
  }

  /** A packet is sent, and no other waits for its answer. */
  void firstSent() {
    heard();
    if (!armed) {
      arm(checkAfterMs());
    }
  }

  /** A packet was answered, in whatever way. */
  void heard() {
    heardNs = services.clock().monotonicNs();
  }

  /** A packet was acknowledged. */
  void acknowledged() {
    hasAsked = false;
  }

  /** No packet will be sent any more: saves the timer from waking for each small file. */
  void end() {
    next.cancel(false);
  }

  /** Once there was reason to ask, packets that are sent again are looked after sooner. */
  private long checkAfterMs() {
    long firstMs = services.settings().packetTimeoutMs() / FIRST_CHECK_DIVISOR;
    return hasAsked ? Math.min(firstMs, INTERVAL_MS) : firstMs;
  }

  private void arm(long delayMs) {
    armed = true;
    next =
        services
            .timer()
            .schedule(() -> lock.run(this::check), Math.max(1, delayMs), TimeUnit.MILLISECONDS);
  }

  private void check() {
    armed = false;
    if (!waiter.awaitsAnswers()) {
      return;
    }
    long silentMs = TimeUnit.NANOSECONDS.toMillis(services.clock().monotonicNs() - heardNs);
    if (silentMs < checkAfterMs()) {
      arm(checkAfterMs() - silentMs);
      return;
    }
    armed = true;
    hasAsked = true;
    waiter.askMaster().whenComplete((found, failure) -> lock.run(() -> answered(found)));
  }

  /**
   * @param found null when the master did not answer: packets that are still unanswered then are
   *     looked after all the same
   */
  private void answered(Optional<ChunkLocation> found) {
    armed = false;
    if (!waiter.awaitsAnswers()
        || found != null && found.isPresent() && waiter.isChanged(found.get())) {
      return;
    }
    boolean changing = found != null && found.isPresent() && !found.get().getWritable();
    arm(changing ? INTERVAL_DURING_CHANGE_MS : INTERVAL_MS);
  }
}
