package org.distrifs.client.write;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * Flushes that wait until all packets up to a ticket are acknowledged or given up. Not thread-safe:
 * belongs to the file's lock.
 */
final class FlushWaits {
  private record Wait(long untilTicket, CompletableFuture<Void> over) {}

  /** Tickets rise, so who came first waits for the lowest. */
  private final Queue<Wait> waits = new ArrayDeque<>();

  /**
   * @param untilTicket the first one that is not waited for; no lower than that of any other wait
   * @param over completed under the file's lock
   */
  void add(long untilTicket, CompletableFuture<Void> over) {
    waits.add(new Wait(untilTicket, over));
  }

  /**
   * @param ticket of the oldest packet that is left; {@code Long.MAX_VALUE} without any
   */
  void oldestIs(long ticket) {
    while (!waits.isEmpty() && waits.peek().untilTicket() <= ticket) {
      waits.poll().over().complete(null);
    }
  }
}
