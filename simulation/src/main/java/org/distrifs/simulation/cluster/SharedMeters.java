package org.distrifs.simulation.cluster;

import org.distrifs.runtime.metrics.Metrics;

/** The meters of all simulated processes: nobody reads them, and to make them costs time. */
final class SharedMeters {

  static final Metrics METRICS = new Metrics("simulation");

  private SharedMeters() {}
}
