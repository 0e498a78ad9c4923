package org.distrifs.master.service;

import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.session.Expiries;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Whether the ends of sessions are in force: a client that was only paused may go on writing until
 * every datanode that may serve refuses it.
 */
final class Revocations {

  private final Expiries expiries;
  private final DatanodeRegistry registry;
  private final ClockSource clock;

  Revocations(Expiries expiries, DatanodeRegistry registry, ClockSource clock) {
    this.expiries = expiries;
    this.registry = registry;
    this.clock = clock;
  }

  boolean areInForce() {
    long last = expiries.last();
    return registry.nodes().stream().allMatch(node -> refusesThrough(node, last));
  }

  private boolean refusesThrough(Datanode node, long last) {
    if (node.isAlive()) {
      return node.revokedThrough() >= last;
    }
    return !registry.mayServeUnheard(node, clock.monotonicNs());
  }
}
