package org.distrifs.master.service;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.PeerProbe;
import org.distrifs.runtime.clock.ClockSource;

/** Looks for itself whether a datanode's process is there, one probe of a node at a time. */
final class Probing {

  /** Bound of a probe: a healthy process answers from its I/O thread within a millisecond. */
  static final int PROBE_TIMEOUT_MS = 1000;

  private final DatanodeRegistry registry;
  private final PeerProbe probe;
  private final ClockSource clock;
  private final MasterLoop loop;
  private final Map<Integer, List<Runnable>> waiting = new HashMap<>();

  Probing(DatanodeRegistry registry, PeerProbe probe, ClockSource clock, MasterLoop loop) {
    this.registry = registry;
    this.probe = probe;
    this.clock = clock;
    this.loop = loop;
  }

  /**
   * Probes a datanode that counts as alive, or that has registered and could not be reached.
   *
   * @param done runs in the master's loop when the registry knows the finding; at once when there
   *     is nothing to be found out
   */
  void probe(int nodeId, Runnable done) {
    List<Runnable> others = waiting.get(nodeId);
    if (others != null) {
      others.add(done);
      return;
    }
    Optional<Datanode> begun = registry.beginProbe(nodeId, clock.monotonicNs());
    if (begun.isEmpty()) {
      done.run();
      return;
    }
    waiting.put(nodeId, new ArrayList<>(List.of(done)));
    long incarnation = begun.get().incarnation();
    probe
        .probe(begun.get().address(), incarnation, PROBE_TIMEOUT_MS)
        .thenAccept(finding -> loop.hand(() -> found(nodeId, incarnation, finding)));
  }

  private void found(int nodeId, long incarnation, PeerProbe.Finding finding) {
    registry.endProbe(nodeId, finding);
    if (finding == PeerProbe.Finding.GONE) {
      registry.gone(nodeId, incarnation, clock.monotonicNs());
    }
    waiting.remove(nodeId).forEach(Runnable::run);
  }
}
