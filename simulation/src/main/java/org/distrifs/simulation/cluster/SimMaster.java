package org.distrifs.simulation.cluster;

import io.grpc.BindableService;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.distrifs.master.liveness.LivenessBounds;
import org.distrifs.master.liveness.TransportProbe;
import org.distrifs.master.placement.RackAwarePlacement;
import org.distrifs.master.service.MasterService;
import org.distrifs.master.service.ServiceSettings;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.control.DatanodesGrpc;
import org.distrifs.proto.control.MetadataGrpc;
import org.distrifs.simulation.network.MasterTarget;
import org.distrifs.simulation.scheduler.ProcessClock;
import org.distrifs.simulation.scheduler.SimProcess;

/** One run of the master. */
final class SimMaster implements MasterTarget {

  private static final long HEARTBEAT_MS = 3000;
  private static final long LEASE_MS = 8000;
  private static final long SILENCE_MS = 11_000;
  private static final long DEAD_MS = 30_000;
  private static final long GRACE_MS = 30_000;

  private final SimProcess process;
  private final MasterService service;
  private MetadataGrpc.MetadataImplBase metadata;
  private DatanodesGrpc.DatanodesImplBase datanodes;

  SimMaster(SimWorld world, JournalDisk journal, int replication, int minReplicas) {
    process = new SimProcess(HOST, world.scheduler());
    ProcessClock clock = new ProcessClock(world.scheduler(), world.clockOrigin());
    ChunkTransport transport = world.transport(process, HOST);
    ServiceSettings settings =
        new ServiceSettings(
            replication,
            minReplicas,
            0,
            new LivenessBounds(HEARTBEAT_MS, LEASE_MS, SILENCE_MS, DEAD_MS, GRACE_MS),
            30_000,
            3000,
            60_000,
            64,
            60_000,
            64);
    service =
        new MasterService(
            settings,
            world.sabotage().log(new SimLog(journal, process, world.choices())),
            transport,
            new TransportProbe(transport),
            new RackAwarePlacement(replication, minReplicas, 0, world.choices()),
            clock,
            world.choices(),
            SharedMeters.METRICS,
            (loopClock, agent) -> new SimMasterLoop(process, loopClock, agent));
  }

  void start() {
    try {
      service.begin();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (BindableService endpoint : service.endpoints()) {
      if (endpoint instanceof MetadataGrpc.MetadataImplBase found) {
        metadata = found;
      } else if (endpoint instanceof DatanodesGrpc.DatanodesImplBase found) {
        datanodes = found;
      }
    }
  }

  /** A hash of the state of this master. */
  long stateDigest() {
    return service.stateDigest();
  }

  @Override
  public SimProcess process() {
    return process;
  }

  /** True once the term has begun, since the real master binds its port then. */
  @Override
  public boolean isOpen() {
    return service.health().problems().isEmpty();
  }

  @Override
  public MetadataGrpc.MetadataImplBase metadata() {
    return metadata;
  }

  @Override
  public DatanodesGrpc.DatanodesImplBase datanodes() {
    return datanodes;
  }
}
