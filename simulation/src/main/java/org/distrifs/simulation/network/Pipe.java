package org.distrifs.simulation.network;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.distrifs.simulation.scheduler.SimProcess;

/** One direction of a connection: what goes in first comes out first, later. */
final class Pipe {

  /** TCP_USER_TIMEOUT of the real connections: bytes that are not taken for so long end them. */
  private static final long MAX_STALL_NS = TimeUnit.SECONDS.toNanos(30);

  private final SimNetwork network;
  private final String from;
  private final String to;
  private final Queue<Runnable> stalled = new ArrayDeque<>();
  private final Runnable gaveUp;
  private long lastArrivalNs;
  private long stalls;

  /**
   * @param gaveUp told when bytes have waited for too long
   */
  Pipe(SimNetwork network, String from, String to, Runnable gaveUp) {
    this.network = network;
    this.from = from;
    this.to = to;
    this.gaveUp = gaveUp;
  }

  /**
   * Sends.
   *
   * @param receiver whose event the arrival is
   * @param stillWanted asked at the arrival: false drops it
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

  /** The link may be whole again. */
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
