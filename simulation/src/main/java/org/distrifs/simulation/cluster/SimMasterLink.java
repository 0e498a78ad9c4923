package org.distrifs.simulation.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.distrifs.datanode.report.ReplicaReports;
import org.distrifs.datanode.server.DataServer;
import org.distrifs.datanode.server.Incarnation;
import org.distrifs.datanode.server.NodeLease;
import org.distrifs.datanode.server.TermGuard;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.Removal;
import org.distrifs.proto.control.BlockReportPart;
import org.distrifs.proto.control.HeartbeatReply;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.NodeCommand;
import org.distrifs.proto.control.RegisterReply;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.proto.id.JournalPosition;
import org.distrifs.simulation.disk.NodeDisk;
import org.distrifs.simulation.network.MasterCalls;
import org.distrifs.simulation.scheduler.ProcessClock;
import org.distrifs.simulation.scheduler.SimProcess;

/**
 * Sends registrations, heartbeats and block reports of a datanode to the master. The real {@code
 * MasterLink} does the same with threads.
 */
final class SimMasterLink {

  /** What the link shares with the other parts of the datanode. */
  record NodeState(Incarnation incarnation, NodeLease lease, TermGuard terms) {}

  private static final long BACKOFF_NS = TimeUnit.MILLISECONDS.toNanos(500);

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
  private final ReplicaReports reports;
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
      NodeState node,
      DataServer service,
      ProcessClock clock) {
    this.process = process;
    this.host = host;
    this.disk = disk;
    this.store = store;
    this.lease = node.lease();
    this.terms = node.terms();
    this.incarnation = node.incarnation();
    this.service = service;
    this.clock = clock;
    this.reports = new ReplicaReports(store);
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
            .setHighestDurableTxid(disk.heardDurable().txid())
            .setHighestDurableTerm(disk.heardDurable().term())
            .setTotalBytes(store.totalBytes())
            .setAvailableBytes(store.roomBytes())
            .setFreeBytes(store.freeBytes())
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
                reportEvery(++reportRound, true);
                beat();
              } else {
                later(BACKOFF_NS, this::register);
              }
            });
  }

  private boolean admit(long term, long durableTxid) {
    if (durableTxid < disk.heardDurable().txid() || !terms.admit(term)) {
      return false;
    }
    disk.hearDurable(new JournalPosition(term, durableTxid));
    return true;
  }

  private void beat() {
    if (welcome.getSilenceMs() > 0 && lease.isOverSince(welcome.getSilenceMs())) {
      beginAnotherLife();
      return;
    }
    long sentNs = clock.monotonicNs();
    HeartbeatRequest request =
        reports.heartbeat(disk.nodeId(), incarnation.number()).toBuilder()
            .setTerm(terms.highest())
            .setRequestsInFlight(service.requestsInFlight())
            .addAllTroubled(service.troubledChunks(ReplicaReports.MAX_TROUBLED))
            .setRevokedThrough(revokedThrough)
            .setHighestDurableTxid(disk.heardDurable().txid())
            .setHighestDurableTerm(disk.heardDurable().term())
            .build();
    master
        .heartbeat(request)
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
                report(true);
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
        report(true);
      }
      again |= command.hasRegisterAgain();
      if (command.hasDeleteReplicas() && terms.admit(command.getDeleteReplicas().getTerm())) {
        command
            .getDeleteReplicas()
            .getReplicasList()
            .forEach(
                name -> service.discard(name.getChunkId(), name.getVersion(), Removal.TO_TRASH));
        // A heartbeat reports changed replicas, but cannot report one that is gone.
        later(BACKOFF_NS, () -> report(true));
      }
    }
    return again;
  }

  private void reportEvery(int round, boolean whole) {
    if (round == reportRound) {
      report(whole);
      later(
          TimeUnit.MILLISECONDS.toNanos(welcome.getBlockReportIntervalMs()),
          () -> reportEvery(round, false));
    }
  }

  /**
   * Sends a block report.
   *
   * @param whole send the list at once; otherwise the digest first
   */
  private void report(boolean whole) {
    if (whole) {
      List<List<ReplicaReport>> replicas = reports.all();
      List<BlockReportPart> parts = new ArrayList<>(replicas.size());
      for (int i = 0; i < replicas.size(); i++) {
        parts.add(part().addAllReplicas(replicas.get(i)).setLast(i == replicas.size() - 1).build());
      }
      master.report(parts).thenAccept(reply -> terms.admit(reply.getTerm()));
      return;
    }
    ReplicaReports.Digest digest = reports.digest();
    BlockReportPart part =
        part()
            .setDigestOnly(true)
            .setDigest(digest.sum())
            .setCount(digest.count())
            .setLast(true)
            .build();
    master
        .report(List.of(part))
        .thenAccept(
            reply -> {
              terms.admit(reply.getTerm());
              if (reply.getListWanted()) {
                report(true);
              }
            });
  }

  private BlockReportPart.Builder part() {
    return BlockReportPart.newBuilder()
        .setNodeId(disk.nodeId())
        .setIncarnation(incarnation.number())
        .setTerm(terms.highest());
  }
}
