package org.distrifs.simulation.cluster;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.distrifs.datanode.server.DataServer;
import org.distrifs.datanode.server.Incarnation;
import org.distrifs.datanode.server.NodeLease;
import org.distrifs.datanode.server.TermGuard;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.proto.control.BlockReportPart;
import org.distrifs.proto.control.HeartbeatReply;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.NodeCommand;
import org.distrifs.proto.control.RegisterReply;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.simulation.disk.NodeDisk;
import org.distrifs.simulation.network.MasterCalls;
import org.distrifs.simulation.scheduler.ProcessClock;
import org.distrifs.simulation.scheduler.SimProcess;

/** Keeps a datanode heard by the master, as {@code MasterLink} does with threads of its own. */
final class SimMasterLink {

  /** What the node is to the master. */
  record Standing(Incarnation incarnation, NodeLease lease, TermGuard terms) {}

  private static final long BACKOFF_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int MAX_CHANGED = 1024;

  private final SimProcess process;
  private final String host;
  private final NodeDisk disk;
  private final ChunkStore store;
  private final NodeLease lease;
  private final TermGuard terms;
  private final ProcessClock clock;
  private final Incarnation incarnation;
  private final DataServer service;
  private final MasterCalls master;
  private final boolean uncleanStart;
  private final Sabotage sabotage;
  private RegisterReply welcome;
  private int reportRound;
  private long revokedThrough;

  SimMasterLink(
      SimWorld world,
      SimProcess process,
      String host,
      NodeDisk disk,
      ChunkStore store,
      Standing standing,
      DataServer service,
      ProcessClock clock) {
    this.process = process;
    this.host = host;
    this.disk = disk;
    this.store = store;
    this.lease = standing.lease();
    this.terms = standing.terms();
    this.incarnation = standing.incarnation();
    this.service = service;
    this.clock = clock;
    this.master = new MasterCalls(world.network(), process, host);
    this.uncleanStart = disk.beginUse();
    this.sabotage = world.sabotage();
  }

  void start() {
    register();
  }

  private void later(long delayNs, Runnable action) {
    process.scheduler().after(delayNs, process, action);
  }

  private void register() {
    RegisterRequest request =
        RegisterRequest.newBuilder()
            .setProtocolVersion(1)
            .setClusterId(disk.clusterId())
            .setNodeId(disk.nodeId())
            .setIncarnation(incarnation.number())
            .setHost(host)
            .setPort(1)
            .setRack(host)
            .setBootId(disk.bootId().toString())
            .setHighestDurableTxid(disk.highestDurableTxid())
            .setTotalBytes(store.totalBytes())
            .setAvailableBytes(store.usableBytes())
            .setUncleanStart(uncleanStart)
            .setNodeSecret(disk.secret())
            .build();
    master
        .register(request)
        .whenComplete(
            (reply, failure) -> {
              if (failure == null && admit(reply.getTerm(), reply.getDurableTxid())) {
                disk.adopt(reply.getClusterId(), reply.getNodeId());
                welcome = reply;
                service.revoke(reply.getRevokedSessionsList());
                revokedThrough = reply.getRevokedThrough();
                reportEvery(++reportRound);
                beat();
              } else {
                later(BACKOFF_NS, this::register);
              }
            });
  }

  private boolean admit(long term, long durableTxid) {
    if (durableTxid < disk.highestDurableTxid() || !terms.admit(term)) {
      return false;
    }
    disk.raiseDurableTxid(durableTxid);
    return true;
  }

  private void beat() {
    if (welcome.getSilenceMs() > 0 && lease.isOverSince(welcome.getSilenceMs())) {
      beginAnotherLife();
      return;
    }
    long sentNs = clock.monotonicNs();
    HeartbeatRequest.Builder request =
        HeartbeatRequest.newBuilder()
            .setNodeId(disk.nodeId())
            .setIncarnation(incarnation.number())
            .setTerm(terms.highest())
            .setTotalBytes(store.totalBytes())
            .setAvailableBytes(store.usableBytes())
            .setReplicas(store.count())
            .setRequestsInFlight(service.requestsInFlight())
            .addAllTroubled(service.troubledChunks(MAX_CHANGED))
            .setRevokedThrough(revokedThrough)
            .setHighestDurableTxid(disk.highestDurableTxid());
    store
        .corruptBlocks(MAX_CHANGED)
        .forEach(
            block ->
                request.addCorrupt(
                    org.distrifs.proto.control.CorruptBlock.newBuilder()
                        .setChunkId(block.chunkId())
                        .setVersion(block.version())
                        .setBlock(block.block())));
    for (long chunkId : store.takeChanged(MAX_CHANGED)) {
      ReplicaState state = store.find(chunkId);
      if (state != null) {
        request.addChanged(report(state));
      }
    }
    master
        .heartbeat(request.build())
        .thenApply(reply -> sabotage.heartbeatReply(reply, store))
        .whenComplete(
            (reply, failure) -> {
              boolean heard = failure == null && admit(reply.getTerm(), reply.getDurableTxid());
              if (heard && asksToRegister(reply)) {
                beginAnotherLife();
                return;
              }
              if (heard) {
                service.revoke(reply.getRevokedSessionsList());
                revokedThrough = Math.max(revokedThrough, reply.getRevokedThrough());
                if (!reply.getLeaseRefused()) {
                  lease.extend(sentNs, welcome.getNodeLeaseMs());
                }
              } else {
                report();
              }
              long spentNs = clock.monotonicNs() - sentNs;
              long intervalNs = TimeUnit.MILLISECONDS.toNanos(welcome.getHeartbeatIntervalMs());
              later(heard ? intervalNs - spentNs : BACKOFF_NS, this::beat);
            });
  }

  private void beginAnotherLife() {
    lease.drop();
    if (sabotage.renewsIncarnations()) {
      incarnation.renew();
    }
    register();
  }

  private boolean asksToRegister(HeartbeatReply reply) {
    boolean again = false;
    for (NodeCommand command : reply.getCommandsList()) {
      if (command.hasReportBlocks()) {
        report();
      }
      again |= command.hasRegisterAgain();
      if (command.hasDeleteReplicas() && terms.admit(command.getDeleteReplicas().getTerm())) {
        command
            .getDeleteReplicas()
            .getReplicasList()
            .forEach(name -> service.discard(name.getChunkId(), name.getVersion()));
      }
    }
    return again;
  }

  private void reportEvery(int round) {
    if (round == reportRound) {
      report();
      later(
          TimeUnit.MILLISECONDS.toNanos(welcome.getBlockReportIntervalMs()),
          () -> reportEvery(round));
    }
  }

  private void report() {
    BlockReportPart.Builder part =
        BlockReportPart.newBuilder()
            .setNodeId(disk.nodeId())
            .setIncarnation(incarnation.number())
            .setTerm(terms.highest())
            .setLast(true);
    store.forEach(state -> part.addReplicas(report(state)));
    master
        .report(List.of(part.build()))
        .thenAccept(reply -> terms.admit(reply.getTerm()));
  }

  private static ReplicaReport report(ReplicaState state) {
    return ReplicaReport.newBuilder()
        .setChunkId(state.chunkId())
        .setVersion(state.version())
        .setLength(state.lengthBytes())
        .setDirty(state.dirty())
        .setSuspect(state.suspect())
        .addAllCorruptBlocks(state.corruptBlocks())
        .build();
  }
}
