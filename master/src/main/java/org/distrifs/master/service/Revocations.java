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

  /** Of all sessions that ended. */
  boolean areInForce() {
    return areInForce(expiries.last());
  }

  /** Of those that ended up to this txid. */
  boolean areInForce(long txid) {
    return registry.nodes().stream().allMatch(node -> refusesThrough(node, txid));
  }

  private boolean refusesThrough(Datanode node, long txid) {
    if (node.isAlive()) {
      return node.revokedThrough() >= txid;
    }
    return !registry.mayServeUnheard(node, clock.monotonicNs());
  }
}
