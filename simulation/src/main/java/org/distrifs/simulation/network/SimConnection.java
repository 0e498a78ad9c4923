package org.distrifs.simulation.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.distrifs.simulation.scheduler.SimProcess;

/**
 * A connection from an asker to the process that listens at a host. Messages keep their order in
 * each direction. When it breaks, messages under way may or may not arrive, and the asker is told.
 */
final class SimConnection {

  /** How a connection ended. */
  enum End {
    REFUSED,
    UNREACHABLE,
    BROKEN
  }

  private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(3);

  private final SimNetwork network;
  private final SimProcess asker;
  private final String from;
  private final String to;
  private final Pipe there;
  private final Pipe back;
  private final Queue<Consumer<SimListener>> unsent = new ArrayDeque<>();
  private final List<Consumer<End>> whenOver = new ArrayList<>();
  private final List<Runnable> whenOverThere = new ArrayList<>();
  private SimListener listener;
  private End end;

  SimConnection(SimNetwork network, SimProcess asker, String from, String to) {
    this.network = network;
    this.asker = asker;
    this.from = from;
    this.to = to;
    this.there = new Pipe(network, from, to, () -> breakDown(End.BROKEN));
    this.back = new Pipe(network, to, from, () -> breakDown(End.BROKEN));
  }

  void begin() {
    there.send(null, () -> !isOver(), this::arrived);
    network
        .scheduler()
        .after(
            CONNECT_TIMEOUT_NS,
            asker,
            () -> {
              if (listener == null) {
                breakDown(End.UNREACHABLE);
              }
            });
    asker.whenDead(this::askerDied);
  }

  private void arrived() {
    SimListener found = network.listener(to);
    if (found == null) {
      back.send(asker, () -> !isOver(), () -> breakDown(End.REFUSED));
      return;
    }
    found.process().whenDead(this::listenerDied);
    // The process itself has to answer, so a paused one accepts no connection.
    network
        .scheduler()
        .after(0, found.process(), () -> back.send(asker, () -> !isOver(), () -> accepted(found)));
  }

  private void accepted(SimListener by) {
    if (end != null || listener != null) {
      return;
    }
    listener = by;
    for (Consumer<SimListener> one = unsent.poll(); one != null; one = unsent.poll()) {
      transmit(one);
    }
  }

  /**
   * Sends something to the listener, once the connection is made.
   *
   * @param arrival carried out as an event of the listener's process
   */
  void send(Consumer<SimListener> arrival) {
    if (end != null) {
      return;
    }
    if (listener == null) {
      unsent.add(arrival);
    } else {
      transmit(arrival);
    }
  }

  private void transmit(Consumer<SimListener> arrival) {
    SimListener receiver = listener;
    there.send(
        receiver.process(), () -> end == null || network.coin(), () -> arrival.accept(receiver));
  }

  /**
   * Sends something back. It arrives as an event of the asker's process, or not at all if the
   * connection has broken.
   */
  void sendBack(Runnable arrival) {
    back.send(asker, () -> end == null, arrival);
  }

  /** Runs an action when the connection ends; at once if it has ended. */
  void whenOver(Consumer<End> action) {
    if (end != null) {
      action.accept(end);
    } else {
      whenOver.add(action);
    }
  }

  /** Runs an action when the connection ends for the listener. */
  void whenOverThere(Runnable action) {
    whenOverThere.add(action);
  }

  boolean isOver() {
    return end != null;
  }

  boolean isBetween(String one, String other) {
    return (from.equals(one) && to.equals(other)) || (from.equals(other) && to.equals(one));
  }

  /**
   * The listener's process has died, and the kernel of its machine resets the connection if it can
   * reach the asker.
   */
  private void listenerDied() {
    back.send(asker, () -> end == null, () -> breakDown(End.BROKEN));
  }

  private void askerDied() {
    if (end == null) {
      there.send(null, () -> end == null, () -> breakDown(End.BROKEN));
    }
  }

  void breakDown(End how) {
    if (end != null) {
      return;
    }
    end = how;
    unsent.clear();
    // The asker is told by an event of its process, so a paused one is told when it goes on.
    List<Consumer<End>> told = new ArrayList<>(whenOver);
    whenOver.clear();
    network.scheduler().after(0, asker, () -> told.forEach(each -> each.accept(how)));
    if (listener != null) {
      List<Runnable> toldThere = new ArrayList<>(whenOverThere);
      network.scheduler().after(0, listener.process(), () -> toldThere.forEach(Runnable::run));
    }
  }
}
