package org.distrifs.simulation.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.distrifs.simulation.scheduler.Scheduler;
import org.distrifs.simulation.scheduler.SeededChoices;
import org.distrifs.simulation.scheduler.SimProcess;

/**
 * The links between hosts: which are cut, and how fast each is. As with TCP, a message over a link
 * that is cut is neither lost nor refused: it arrives when the link heals, unless its connection
 * has broken by then.
 */
public final class SimNetwork {

  private static final long MIN_DELAY_NS = 30_000;
  private static final long MAX_DELAY_NS = 400_000;
  private static final long MAX_SLOW_DELAY_NS = 60_000_000;

  /** How many messages out of a thousand are late. */
  private static final int SLOW_PER_MILLE = 20;

  /** One direction between two hosts. */
  private record Direction(String from, String to) {}

  private final Scheduler scheduler;
  private final SeededChoices choices;
  private final Set<Direction> cuts = new HashSet<>();
  private final Map<Direction, Long> slowness = new HashMap<>();
  private final Map<String, SimListener> listeners = new HashMap<>();

  /**
   * The pipes whose messages wait because a link is cut, in the order in which they began to wait.
   */
  private List<Pipe> stalled = new ArrayList<>();

  private final List<SimConnection> connections = new ArrayList<>();

  public SimNetwork(Scheduler scheduler, SeededChoices choices) {
    this.scheduler = scheduler;
    this.choices = choices;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  // --- who listens

  /** Makes a listener accept connections at a host, until its process dies. */
  public void listen(String host, SimListener listener) {
    listeners.put(host, listener);
  }

  /** The listener at a host; null if the host refuses connections. */
  SimListener listener(String host) {
    SimListener listener = listeners.get(host);
    return listener != null && listener.process().isAlive() && listener.isOpen() ? listener : null;
  }

  // --- links

  /** Cuts the link from one host to another. */
  public void cut(String from, String to) {
    cuts.add(new Direction(from, to));
  }

  public void heal(String from, String to) {
    cuts.remove(new Direction(from, to));
    slowness.remove(new Direction(from, to));
    flush();
  }

  /** Makes every message from one host to another take longer. */
  public void slow(String from, String to, long extraNs) {
    slowness.put(new Direction(from, to), extraNs);
  }

  /** Heals everything. */
  public void healAll() {
    cuts.clear();
    slowness.clear();
    flush();
  }

  private void flush() {
    List<Pipe> held = stalled;
    stalled = new ArrayList<>();
    held.forEach(Pipe::flow);
  }

  boolean isCut(String from, String to) {
    return cuts.contains(new Direction(from, to));
  }

  void stalled(Pipe pipe) {
    stalled.add(pipe);
  }

  long delayNs(String from, String to) {
    long delay =
        choices.perMille(SLOW_PER_MILLE)
            ? choices.between(MAX_DELAY_NS, MAX_SLOW_DELAY_NS)
            : choices.between(MIN_DELAY_NS, MAX_DELAY_NS);
    return delay + slowness.getOrDefault(new Direction(from, to), 0L);
  }

  // --- connections

  /**
   * Begins a connection, which reports its own failure.
   *
   * @param asker the process to which arriving answers belong
   */
  SimConnection connect(SimProcess asker, String from, String to) {
    connections.removeIf(SimConnection::isOver);
    SimConnection connection = new SimConnection(this, asker, from, to);
    connections.add(connection);
    connection.begin();
    return connection;
  }

  /** Breaks every connection between two hosts: what is under way on them is lost. */
  public void breakConnections(String one, String other) {
    for (SimConnection connection : List.copyOf(connections)) {
      if (connection.isBetween(one, other)) {
        connection.breakDown(SimConnection.End.BROKEN);
      }
    }
  }

  /** Chooses at random between two possibilities. */
  boolean coin() {
    return choices.perMille(500);
  }
}
