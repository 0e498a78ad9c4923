package org.distrifs.simulation.network;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.distrifs.simulation.scheduler.SimProcess;

/** One direction of a connection. Messages arrive later, in the order in which they were sent. */
final class Pipe {

  /**
   * A connection ends when sent bytes are not acknowledged for this long, as by TCP_USER_TIMEOUT of
   * the real ones.
   */
  private static final long MAX_STALL_NS = TimeUnit.SECONDS.toNanos(30);

  private final SimNetwork network;
  private final String from;
  private final String to;
  private final Queue<Runnable> stalled = new ArrayDeque<>();
  private final Runnable gaveUp;
  private long lastArrivalNs;
  private long stalls;

  /**
   * @param gaveUp called when bytes have waited for too long
   */
  Pipe(SimNetwork network, String from, String to, Runnable gaveUp) {
    this.network = network;
    this.from = from;
    this.to = to;
    this.gaveUp = gaveUp;
  }

  /**
   * Sends a message.
   *
   * @param receiver the process to which the arrival belongs
   * @param stillWanted asked at the arrival; the message is dropped if it is false
   */
  void send(SimProcess receiver, BooleanSupplier stillWanted, Runnable arrival) {
    long nowNs = network.scheduler().nowNs();
    lastArrivalNs = Math.max(lastArrivalNs + 1, nowNs + network.delayNs(from, to));
    network
        .scheduler()
        .after(
            lastArrivalNs - nowNs,
            null,
            () ->
                arrive(
                    () -> {
                      if (stillWanted.getAsBoolean()) {
                        network.scheduler().after(0, receiver, arrival);
                      }
                    }));
  }

  private void arrive(Runnable delivery) {
    if (stalled.isEmpty() && !network.isCut(from, to)) {
      delivery.run();
      return;
    }
    stalled.add(delivery);
    if (stalled.size() == 1) {
      network.stalled(this);
      long stall = ++stalls;
      network
          .scheduler()
          .after(
              MAX_STALL_NS,
              null,
              () -> {
                if (stall == stalls && !stalled.isEmpty()) {
                  stalled.clear();
                  gaveUp.run();
                }
              });
    }
  }

  /** Goes on sending if the link is not cut any more. */
  void flow() {
    if (network.isCut(from, to)) {
      network.stalled(this);
      return;
    }
    for (Runnable delivery = stalled.poll(); delivery != null; delivery = stalled.poll()) {
      delivery.run();
    }
  }
}
