package org.distrifs.simulation.cluster;

import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.simulation.network.SimChunkTransport;
import org.distrifs.simulation.network.SimNetwork;
import org.distrifs.simulation.scheduler.Draws;
import org.distrifs.simulation.scheduler.Scheduler;
import org.distrifs.simulation.scheduler.SimProcess;

/**
 * What every process of a run stands on.
 *
 * @param draws of everything that is left to chance while the run goes on
 * @param sabotage what is broken on purpose in this run
 */
public record SimWorld(Scheduler scheduler, SimNetwork network, Draws draws, Sabotage sabotage) {

  /** A new world. */
  public static SimWorld of(long seed, Sabotage sabotage) {
    Scheduler scheduler = new Scheduler();
    Draws draws = new Draws(seed);
    return new SimWorld(scheduler, new SimNetwork(scheduler, draws), draws, sabotage);
  }

  long clockOrigin() {
    return draws.between(-1L << 60, 1L << 60);
  }

  ChunkTransport transport(SimProcess process, String host) {
    return sabotage.transport(host, new SimChunkTransport(network, process, host));
  }
}
