package org.distrifs.simulation.cluster;

import java.util.concurrent.TimeUnit;
import org.distrifs.datanode.server.DataServer;
import org.distrifs.datanode.server.Incarnation;
import org.distrifs.datanode.server.NodeLease;
import org.distrifs.datanode.server.ServerContext;
import org.distrifs.datanode.server.TermGuard;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.proto.connection.ChunkRequestHandler;
import org.distrifs.proto.connection.NodeIdentity;
import org.distrifs.runtime.log.EventSums;
import org.distrifs.simulation.disk.NodeDisk;
import org.distrifs.simulation.disk.SimChunkStore;
import org.distrifs.simulation.network.SimChunkTransport;
import org.distrifs.simulation.scheduler.ProcessClock;
import org.distrifs.simulation.scheduler.SimProcess;
import org.distrifs.simulation.scheduler.SimTimer;
import org.slf4j.LoggerFactory;

/** One run of a datanode's process. */
final class SimDatanode implements SimChunkTransport.Target {

  private static final int HOP_TIMEOUT_MS = 4000;
  private static final long TICK_MS = 100;

  private final SimProcess process;
  private final NodeDisk disk;
  private final ChunkRequestHandler handler;
  private final DataServer server;
  private final SimMasterLink link;
  private final Incarnation incarnation;

  SimDatanode(SimWorld world, String host, NodeDisk disk) {
    this.process = new SimProcess(host, world.scheduler());
    this.disk = disk;
    ProcessClock clock = new ProcessClock(world.scheduler(), world.clockOrigin());
    incarnation = new Incarnation(world.choices());
    NodeLease lease = new NodeLease(world.sabotage().leaseClock(host, clock));
    TermGuard terms = new TermGuard();
    ChunkStore store = world.sabotage().store(host, new SimChunkStore(disk, process, clock));
    server =
        new DataServer(
            new ServerContext(
                store,
                world.transport(process, host),
                clock,
                this::identity,
                lease,
                terms,
                HOP_TIMEOUT_MS,
                new EventSums(LoggerFactory.getLogger(SimDatanode.class))),
            SharedMeters.METRICS);
    handler = world.sabotage().handler(host, server);
    link =
        new SimMasterLink(
            world,
            process,
            host,
            disk,
            store,
            new SimMasterLink.NodeState(incarnation, lease, terms),
            server,
            clock);
  }

  void start() {
    new SimTimer(process)
        .scheduleWithFixedDelay(server::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    link.start();
  }

  private NodeIdentity identity() {
    return new NodeIdentity(disk.clusterId(), disk.nodeId(), incarnation.number());
  }

  @Override
  public ChunkRequestHandler handler() {
    return handler;
  }

  @Override
  public SimProcess process() {
    return process;
  }

  @Override
  public boolean isOpen() {
    return true;
  }
}
