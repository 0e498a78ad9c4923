package org.distrifs.datanode.report;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.datanode.folder.DataFolder;
import org.distrifs.datanode.server.Incarnation;
import org.distrifs.datanode.server.NodeLease;
import org.distrifs.datanode.server.TermGuard;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.Removal;
import org.distrifs.proto.control.DatanodesGrpc;
import org.distrifs.proto.control.DeleteReplicas;
import org.distrifs.proto.control.HeartbeatReply;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.NodeCommand;
import org.distrifs.proto.control.QuarantineReplicas;
import org.distrifs.proto.control.RegisterReply;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.proto.control.ReplicaName;
import org.distrifs.proto.id.JournalPosition;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the node with the master and keeps it heard, on a thread of its own; block reports go
 * out on another, so that a long one does not cost the lease.
 *
 * <p>A master that is away, starts, lags behind what this node knows, or does not let it in is
 * waited for without end, and the operator is told once why. Only one of another cluster ends the
 * node: {@link #refused} completes with the sentence.
 */
public final class MasterLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MasterLink.class);

  private static final int PROTOCOL_VERSION = 1;
  private static final int CALL_TIMEOUT_MS = 5000;
  private static final int MIN_BACKOFF_MS = 250;
  private static final int MAX_BACKOFF_MS = 3000;
  private static final int CLOSE_BOUND_MS = 3000;

  /** The identity under which this node serves, and until when it may. */
  public record NodeState(Incarnation incarnation, NodeLease lease, TermGuard terms) {}

  private final ReportSettings settings;
  private final DataFolder folder;
  private final ChunkStore store;
  private final Incarnation incarnation;
  private final NodeLease lease;
  private final TermGuard terms;
  private final DataService service;
  private final ClockSource clock;
  private final DatanodesGrpc.DatanodesBlockingStub master;
  private final ReplicaReports reports;
  private final BlockReporter blockReporter;
  private final Thread thread;
  private final CompletableFuture<OperatorException> refused = new CompletableFuture<>();
  private volatile boolean closing;
  private volatile boolean registered;

  /** Only of the link's thread: whether the operator has been told that it is not reachable. */
  private boolean toldUnreachable;

  /** Only of the link's thread: the revocations up to this number are in force. */
  private long revokedThrough;

  /** Why the master is waited for, as the operator was told; empty while it is not. */
  private volatile String waitsFor = "";

  public MasterLink(
      ReportSettings settings,
      ManagedChannel channel,
      DataFolder folder,
      ChunkStore store,
      NodeState node,
      DataService service,
      ClockSource clock) {
    this.settings = settings;
    this.folder = folder;
    this.store = store;
    this.incarnation = node.incarnation();
    this.lease = node.lease();
    this.terms = node.terms();
    this.service = service;
    this.clock = clock;
    this.master = DatanodesGrpc.newBlockingStub(channel);
    this.reports = new ReplicaReports(store);
    this.blockReporter =
        new BlockReporter(DatanodesGrpc.newStub(channel), reports, folder, incarnation, terms);
    this.thread = NamedThreads.daemon("datanode", "heartbeat").newThread(this::run);
  }

  public void start() {
    thread.start();
    blockReporter.start();
  }

  /** Completes when the master has refused this node for good. */
  public CompletableFuture<OperatorException> refused() {
    return refused;
  }

  /** Whether the master has taken the node in. */
  public boolean isRegistered() {
    return registered;
  }

  private void run() {
    try {
      while (!closing) {
        RegisterReply terms = registerWithRetries();
        if (terms != null) {
          beatUntilOver(terms);
          if (!closing) {
            beginAnotherLife();
          }
        }
      }
    } catch (OperatorException e) {
      lease.drop();
      refused.complete(e);
    } catch (InterruptedException e) {
      // Only close() interrupts this thread.
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The chains may have changed without this node: a request of who knows it from before must be
   * refused, and no answer that is under way counts.
   */
  private void beginAnotherLife() {
    lease.drop();
    incarnation.renew();
  }

  /** Registers, however long the master is away; {@code null} if this link is closed meanwhile. */
  private RegisterReply registerWithRetries() throws InterruptedException {
    int backoffMs = MIN_BACKOFF_MS;
    while (!closing) {
      try {
        RegisterReply reply = register();
        LOG.info(
            "Joined cluster {} as node {} in term {} with {} replicas",
            "%016x".formatted(reply.getClusterId()),
            reply.getNodeId(),
            reply.getTerm(),
            store.count());
        waitsFor = "";
        registered = true;
        blockReporter.scheduleEvery(reply.getBlockReportIntervalMs());
        return reply;
      } catch (StatusRuntimeException e) {
        refuseOrWait(e);
      } catch (IOException e) {
        LOG.error("Cannot remember what the master said; trying again", e);
      }
      Thread.sleep(backoffMs);
      backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 2);
    }
    return null;
  }

  private RegisterReply register() throws IOException {
    RegisterReply reply =
        master
            .withDeadlineAfter(CALL_TIMEOUT_MS, TimeUnit.MILLISECONDS)
            .register(
                RegisterRequest.newBuilder()
                    .setProtocolVersion(PROTOCOL_VERSION)
                    .setClusterId(folder.clusterId())
                    .setNodeId(folder.nodeId())
                    .setIncarnation(incarnation.number())
                    .setHost(settings.host())
                    .setPort(settings.port())
                    .setRack(settings.rack())
                    .setBootId(settings.bootId())
                    .setHighestDurableTxid(folder.heardDurable().txid())
                    .setHighestDurableTerm(folder.heardDurable().term())
                    .setWantedNodeId(settings.wantedNodeId())
                    .setTotalBytes(store.totalBytes())
                    .setAvailableBytes(store.roomBytes())
                    .setFreeBytes(store.freeBytes())
                    .setUncleanStart(folder.isUncleanStart())
                    .setNodeSecret(folder.nodeSecret())
                    .build());
    admit(reply.getTerm(), reply.getDurableTxid());
    folder.adopt(reply.getClusterId(), reply.getNodeId());
    service.revoke(reply.getRevokedSessionsList());
    // Each master counts for itself.
    revokedThrough = reply.getRevokedThrough();
    return reply;
  }

  /**
   * Notes the last durable transaction of a master. One that is behind what this node has heard
   * must not be followed.
   */
  private void admit(long term, long durableTxid) throws IOException {
    long heard = folder.heardDurable().txid();
    if (Long.compareUnsigned(durableTxid, heard) < 0) {
      throw Status.UNAVAILABLE
          .withDescription(
              "the master is at transaction %d, and this node has heard of %d: it was restored from an old copy, or it is not the current one"
                  .formatted(durableTxid, heard))
          .asRuntimeException();
    }
    if (!terms.admit(term)) {
      throw Status.UNAVAILABLE
          .withDescription("a master of term %d, below %d".formatted(term, terms.highest()))
          .asRuntimeException();
    }
    folder.hearDurable(new JournalPosition(term, durableTxid));
  }

  private void refuseOrWait(StatusRuntimeException e) {
    Status status = e.getStatus();
    if (status.getCode() == Status.Code.FAILED_PRECONDITION) {
      throw new OperatorException(
          "The master refused the datanode in "
              + folder.path()
              + ": "
              + status.getDescription()
              + ".",
          e);
    }
    String reason = describe(status);
    if (!reason.equals(waitsFor)) {
      waitsFor = reason;
      LOG.warn("Waiting for the master: {}", reason);
    }
  }

  /** The same text for the same reason: no durations, nor what else differs from call to call. */
  private static String describe(Status status) {
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      return "it does not answer";
    }
    boolean isItsOwnSentence = status.getCause() == null && status.getDescription() != null;
    return isItsOwnSentence ? status.getDescription() : "it cannot be reached";
  }

  /** Why the master has not taken the node in, or does not answer; empty if it does. */
  public String waitsFor() {
    return waitsFor.isEmpty() ? "it has not answered yet" : waitsFor;
  }

  /**
   * Beats until this incarnation of the node is over: the master says so, or it had no lease for
   * long.
   */
  private void beatUntilOver(RegisterReply terms) throws InterruptedException {
    int intervalMs = Math.max(1, terms.getHeartbeatIntervalMs());
    while (!closing) {
      if (terms.getSilenceMs() > 0 && lease.isOverSince(terms.getSilenceMs())) {
        LOG.warn(
            "The master has not acknowledged a heartbeat for {} ms: joining anew",
            terms.getSilenceMs());
        return;
      }
      long sentNs = clock.monotonicNs();
      if (!beat(sentNs, terms.getNodeLeaseMs())) {
        return;
      }
      long spentMs = TimeUnit.NANOSECONDS.toMillis(clock.monotonicNs() - sentNs);
      // After a failure sooner than usual: what is left of the lease is short.
      long pauseMs =
          !waitsFor.isEmpty() ? Math.min(MIN_BACKOFF_MS, intervalMs) : intervalMs - spentMs;
      Thread.sleep(Math.max(1, pauseMs));
    }
  }

  /** Sends one heartbeat; false if the node has to register again. */
  private boolean beat(long sentNs, int leaseMs) {
    HeartbeatRequest request = reports.heartbeat(folder.nodeId(), incarnation.number());
    try {
      HeartbeatReply reply =
          master
              .withDeadlineAfter(CALL_TIMEOUT_MS, TimeUnit.MILLISECONDS)
              .heartbeat(
                  request.toBuilder()
                      .setTerm(terms.highest())
                      .setRequestsInFlight(service.requestsInFlight())
                      .setBytesCopied(service.bytesCopied())
                      .addAllTroubled(service.troubledChunks(ReplicaReports.MAX_TROUBLED))
                      .setRevokedThrough(revokedThrough)
                      .setHighestDurableTxid(folder.heardDurable().txid())
                      .setHighestDurableTerm(folder.heardDurable().term())
                      .build());
      admit(reply.getTerm(), reply.getDurableTxid());
      return acknowledged(reply, sentNs, leaseMs);
    } catch (StatusRuntimeException e) {
      // A whole report replaces what the lost heartbeat told.
      blockReporter.reportSoon();
      refuseOrWait(e);
    } catch (IOException e) {
      LOG.error("Cannot remember what the master said; the lease is not extended", e);
    }
    return true;
  }

  private boolean acknowledged(HeartbeatReply reply, long sentNs, int leaseMs) {
    boolean isKnown = true;
    List<NodeCommand> commands = reply.getCommandsList();
    for (NodeCommand command : commands) {
      switch (command.getKindCase()) {
        case REPORT_BLOCKS -> blockReporter.reportSoon();
        case REGISTER_AGAIN -> isKnown = false;
        case DELETE_REPLICAS -> {
          DeleteReplicas delete = command.getDeleteReplicas();
          remove(delete.getTerm(), delete.getReplicasList(), Removal.TO_TRASH);
        }
        case QUARANTINE_REPLICAS -> {
          QuarantineReplicas aside = command.getQuarantineReplicas();
          LOG.warn(
              "The master puts {} replicas into quarantine that belong to what its rollback lost",
              aside.getReplicasCount());
          remove(aside.getTerm(), aside.getReplicasList(), Removal.TO_QUARANTINE);
        }
        case KIND_NOT_SET -> LOG.warn("The master sent a command that this release does not know");
      }
    }
    if (!isKnown) {
      return false;
    }
    // Told in the next beat, when it is in force.
    service.revoke(reply.getRevokedSessionsList());
    revokedThrough = Math.max(revokedThrough, reply.getRevokedThrough());
    if (reply.getLeaseRefused() != toldUnreachable) {
      toldUnreachable = reply.getLeaseRefused();
      LOG.warn(
          toldUnreachable
              ? "The master hears this node but cannot reach it at {}:{}, and lets it serve nothing"
              : "The master reaches this node at {}:{} again",
          settings.host(),
          settings.port());
    }
    if (!reply.getLeaseRefused()) {
      lease.extend(sentNs, leaseMs);
    }
    if (!waitsFor.isEmpty()) {
      waitsFor = "";
      LOG.info("The master answers again");
    }
    return true;
  }

  private void remove(long term, List<ReplicaName> replicas, Removal removal) {
    if (!terms.admit(term)) {
      LOG.warn("Refused to delete replicas: term {} is below {}", term, terms.highest());
      return;
    }
    List<CompletableFuture<Void>> under = new ArrayList<>(replicas.size());
    for (ReplicaName name : replicas) {
      under.add(service.discard(name.getChunkId(), name.getVersion(), removal));
    }
    // A heartbeat can tell that a replica has changed, not that it is gone: a report is needed. One
    // that is made before they are gone would list them, and they would be ordered away again.
    CompletableFuture.allOf(under.toArray(CompletableFuture[]::new))
        .whenComplete((nothing, failure) -> blockReporter.reportSoon());
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    lease.drop();
    thread.interrupt();
    blockReporter.close();
    thread.join(CLOSE_BOUND_MS);
  }
}
