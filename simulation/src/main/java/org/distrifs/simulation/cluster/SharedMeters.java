package org.distrifs.simulation.cluster;

import org.distrifs.runtime.metrics.Metrics;

/**
 * The meters of all simulated processes. Nobody reads them, so all share one set, which saves time.
 */
final class SharedMeters {

  static final Metrics METRICS = new Metrics("simulation");

  private SharedMeters() {}
}
