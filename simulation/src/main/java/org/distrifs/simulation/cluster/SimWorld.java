package org.distrifs.simulation.cluster;

import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.simulation.network.SimChunkTransport;
import org.distrifs.simulation.network.SimNetwork;
import org.distrifs.simulation.scheduler.Scheduler;
import org.distrifs.simulation.scheduler.SeededChoices;
import org.distrifs.simulation.scheduler.SimProcess;

/**
 * What every process of a run stands on.
 *
 * @param choices of everything that is left to chance while the run goes on
 * @param sabotage what is broken on purpose in this run
 */
public record SimWorld(
    Scheduler scheduler, SimNetwork network, SeededChoices choices, Sabotage sabotage) {

  /** A new world. */
  public static SimWorld of(long seed, Sabotage sabotage) {
    Scheduler scheduler = new Scheduler();
    SeededChoices choices = new SeededChoices(seed);
    return new SimWorld(scheduler, new SimNetwork(scheduler, choices), choices, sabotage);
  }

  long clockOrigin() {
    return choices.between(-1L << 60, 1L << 60);
  }

  ChunkTransport transport(SimProcess process, String host) {
    return sabotage.transport(host, new SimChunkTransport(network, process, host));
  }
}
