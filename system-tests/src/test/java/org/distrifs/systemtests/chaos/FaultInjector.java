package org.distrifs.systemtests.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.distrifs.systemtests.cluster.Await;

/**
 * Causes the faults of a round at their times, and ends them: starts killed processes again,
 * resumes paused ones, heals links. One thread.
 */
final class FaultInjector {
  private static final Duration RECOVERY_BOUND = Duration.ofSeconds(90);
  private static final long STEP_NS = 20_000_000;
  private static final long LATE_MS = 2_000;

  @FunctionalInterface
  private interface Action {
    void run() throws Exception;
  }

  private record Event(long atMs, Action action) {}

  private final ChaosCluster cluster;
  private final Findings findings;
  private final ByteFlips flips;

  FaultInjector(ChaosCluster cluster, Findings findings, long seed) {
    this.cluster = cluster;
    this.findings = findings;
    this.flips = new ByteFlips(new Random(seed));
  }

  /** Runs the faults and returns after the last has ended; not everything answers again by then. */
  void run(List<Fault> faults) throws Exception {
    final List<Event> events = new ArrayList<>();
    for (final Fault fault : faults) {
      events.add(new Event(fault.atMs(), () -> begin(fault)));
      events.add(new Event(fault.atMs() + fault.forMs(), () -> end(fault)));
    }
    events.sort(Comparator.comparingLong(Event::atMs));
    final long startNs = System.nanoTime();
    for (final Event event : events) {
      while (System.nanoTime() - startNs < event.atMs() * 1_000_000) {
        LockSupport.parkNanos(STEP_NS);
      }
      event.action().run();
      final long tookMs = (System.nanoTime() - startNs) / 1_000_000 - event.atMs();
      if (tookMs > LATE_MS) {
        // On a machine that is so busy, the bounds of the cluster may be exceeded, too.
        Chaos.say("  what was due at %d ms was done %d ms later".formatted(event.atMs(), tookMs));
      }
    }
  }

  /** Ends all faults, and waits until every process answers. */
  void heal() throws Exception {
    for (final Role role : cluster.roles()) {
      role.resume();
      cluster.links().healAll(role.name());
    }
    for (final Role datanode : cluster.datanodes()) {
      cluster.disk(datanode.name()).empty();
    }
    cluster.master().start();
    cluster.datanodes().forEach(Role::start);
    Await.until("both mounts answer again", RECOVERY_BOUND, this::mountsRunAndAnswer);
    Await.until("all datanodes are alive again", RECOVERY_BOUND, cluster::allAlive);
    Await.until(
        "what killed mounts left is settled", RECOVERY_BOUND, cluster::killedMountsAreSettled);
  }

  /**
   * Whether both mounts answer. Starts those that do not run, since a mount that finds no master
   * ends by itself.
   */
  private boolean mountsRunAndAnswer() {
    cluster.mounts().forEach(Mount::start);
    return cluster.mountsAnswer();
  }

  private void begin(Fault fault) throws Exception {
    findings.injected(fault.kind());
    switch (fault.kind()) {
      case KILL_DATANODE, KILL_MASTER -> role(fault.first()).kill();
      case KILL_ALL_DATANODES -> {
        // Kill all before waiting for the first of them.
        cluster.datanodes().forEach(Role::signalKill);
        for (final Role datanode : cluster.datanodes()) {
          datanode.kill();
        }
      }
      case STOP_DATANODE, STOP_MASTER, STOP_MOUNT -> role(fault.first()).pause();
      case KILL_MOUNT -> {
        mount(fault.first()).goingDown();
        role(fault.first()).kill();
      }
      case FILL_DISK -> cluster.disk(fault.first()).fill();
      case FLIP_BYTES -> flips.flipSome(fault.first(), cluster.data(fault.first()));
      case CUT_ONE_WAY -> cut(fault.first(), fault.second());
      case CUT_BOTH_WAYS -> {
        cut(fault.first(), fault.second());
        cut(fault.second(), fault.first());
      }
    }
  }

  private void end(Fault fault) throws IOException {
    switch (fault.kind()) {
      case KILL_DATANODE, KILL_MASTER -> role(fault.first()).start();
      case KILL_MOUNT -> mount(fault.first()).start();
      case KILL_ALL_DATANODES -> cluster.datanodes().forEach(Role::start);
      case STOP_DATANODE, STOP_MASTER, STOP_MOUNT -> role(fault.first()).resume();
      case FILL_DISK -> cluster.disk(fault.first()).empty();
      case FLIP_BYTES -> {}
      case CUT_ONE_WAY -> heal(fault.first(), fault.second());
      case CUT_BOTH_WAYS -> {
        heal(fault.first(), fault.second());
        heal(fault.second(), fault.first());
      }
    }
  }

  private void cut(String from, String to) {
    cluster.links().cut(from, role(to).address());
  }

  private void heal(String from, String to) {
    cluster.links().heal(from, role(to).address());
  }

  private Role role(String name) {
    return cluster.roles().stream()
        .filter(role -> role.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no role " + name));
  }

  private Mount mount(String name) {
    return cluster.mounts().stream()
        .filter(mount -> mount.role().name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no mount " + name));
  }
}
