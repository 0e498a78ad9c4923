package org.distrifs.simulation.cluster;

import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.simulation.network.SimChunkTransport;
import org.distrifs.simulation.network.SimNetwork;
import org.distrifs.simulation.scheduler.Scheduler;
import org.distrifs.simulation.scheduler.SeededChoices;
import org.distrifs.simulation.scheduler.SimProcess;

/**
 * What all processes of a run share: time, network and choices.
 *
 * @param choices decides everything that the plan leaves to chance
 * @param sabotage the rule that is broken on purpose in this run
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
