package org.distrifs.master.service;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.chain.ChangeDriver;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.CorruptionLedger;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.Replica;
import org.distrifs.master.repair.ChunkCondition;
import org.distrifs.master.repair.Repairs;
import org.distrifs.master.session.SessionInfo;
import org.distrifs.master.state.JournalHistory;
import org.distrifs.master.state.MasterState;
import org.distrifs.master.state.StateCounts;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.CorruptReplica;
import org.distrifs.proto.control.GetAttributes;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.proto.control.LocatedChunk;
import org.distrifs.proto.control.NodeStatus;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.ReplicaState;
import org.distrifs.proto.control.RollbackStatus;
import org.distrifs.proto.control.SessionStatus;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.proto.id.ChunkName;
import org.distrifs.runtime.clock.ClockSource;

/** Describes the cluster to administrators. Belongs to the master's loop. */
final class StatusReport {

  private static final int MAX_CORRUPT_LISTED = 1000;

  /** Chunks that one answer locates at most. */
  private static final int MAX_LOCATED = 10_000;

  /** What the cluster was set to. */
  record Constants(int replication, int minReplicas) {}

  private final MasterState state;
  private final DatanodeRegistry registry;
  private final SessionTable sessions;
  private final ChangeDriver changes;
  private final Housekeeping housekeeping;
  private final Repairs repairs;
  private final ChunkCensus census;
  private final ClusterSpace space;
  private final ReplyCompleter completer;
  private final JournalPipeline journal;
  private final ServingState serving;
  private final ClockSource clock;
  private final Constants constants;
  private final long startedNs;

  StatusReport(
      MasterState state,
      DatanodeRegistry registry,
      SessionTable sessions,
      ChangeDriver changes,
      Housekeeping housekeeping,
      Repairs repairs,
      ChunkCensus census,
      ClusterSpace space,
      ReplyCompleter completer,
      JournalPipeline journal,
      ServingState serving,
      ClockSource clock,
      Constants constants) {
    this.state = state;
    this.registry = registry;
    this.sessions = sessions;
    this.changes = changes;
    this.housekeeping = housekeeping;
    this.repairs = repairs;
    this.census = census;
    this.space = space;
    this.completer = completer;
    this.journal = journal;
    this.serving = serving;
    this.clock = clock;
    this.constants = constants;
    this.startedNs = clock.monotonicNs();
  }

  StatusReply status() {
    long nowNs = clock.monotonicNs();
    StateCounts counts = state.counts();
    ChunkTotals totals = census.current();
    StatusReply.Builder reply =
        StatusReply.newBuilder()
            .setClusterId(state.clusterId())
            .setTerm(state.term())
            .setDurableTxid(journal.durableTxid())
            .setUptimeMs(TimeUnit.NANOSECONDS.toMillis(nowNs - startedNs))
            .setInodes(counts.inodes())
            .setDirectories(counts.directories())
            .setChunks(counts.chunks())
            .setChunksOfDeletedFiles(counts.garbageChunks())
            .setChunksUnknown(totals.of(ChunkCondition.UNKNOWN))
            .setChunksWaiting(totals.of(ChunkCondition.WAITING))
            .setChunksRepairing(totals.of(ChunkCondition.REPAIRING))
            .setChunksShort(totals.of(ChunkCondition.SHORT))
            .setChunksLost(totals.of(ChunkCondition.LOST))
            .setChunksUnavailable(totals.unavailable())
            .setChangesUnderWay(changes.underWay() + changes.waiting())
            .setCorruptReplicasTotal(registry.corruptBlocksFound())
            .setReplication(constants.replication())
            .setMinReplicas(constants.minReplicas())
            .setChunkSizeBytes(state.chunkSizeBytes())
            .setServing(serving.isServing())
            .setNotServingReason(serving.reason())
            .setRepair(housekeeping.status());
    state.history().rollback().ifPresent(rollback -> reply.setRollback(describe(rollback)));
    registry.nodes().forEach(node -> reply.addNodes(describe(node, nowNs)));
    registry
        .corruption()
        .list(MAX_CORRUPT_LISTED)
        .forEach(damage -> reply.addCorruptReplicas(describe(damage)));
    sessions.all().forEach(session -> reply.addSessions(describe(session, nowNs)));
    state.sessions().stream()
        .filter(session -> !sessions.isOpen(session.id()))
        .forEach(session -> reply.addSessions(describeEnding(session)));
    return reply.build();
  }

  private NodeStatus describe(Datanode node, long nowNs) {
    return NodeStatus.newBuilder()
        .setNodeId(node.id())
        .setIncarnation(node.incarnation())
        .setHost(node.address().host())
        .setPort(node.address().port())
        .setRack(node.rack())
        .setState(node.liveness().word())
        .setSilentMs(TimeUnit.NANOSECONDS.toMillis(node.silentNs(nowNs)))
        .setTotalBytes(node.totalBytes())
        .setAvailableBytes(node.availableBytes())
        .setFreeBytes(node.freeBytes())
        .setRoom(node.isAlive() ? space.roomOf(node).word() : "")
        .setReplicas(node.replicaCount())
        .setSuspectReplicas(node.suspectCount())
        .setQuarantinedReplicas(node.quarantinedCount())
        .setReplacedBy(youngerAtSameAddress(node))
        .build();
  }

  /** The node that took over the address of another, whose data folder was replaced; 0 if none. */
  private int youngerAtSameAddress(Datanode node) {
    return registry.nodes().stream()
        .filter(other -> other.id() > node.id() && other.address().equals(node.address()))
        .mapToInt(Datanode::id)
        .max()
        .orElse(0);
  }

  private RollbackStatus describe(JournalHistory.Rollback rollback) {
    return RollbackStatus.newBuilder()
        .setAcceptedTimeMs(TimeUnit.NANOSECONDS.toMillis(rollback.timeNs()))
        .setLastTxid(rollback.lastTxid())
        .setHighestSeenTxid(rollback.highestSeenTxid())
        .setNextTxid(rollback.nextTxid())
        .setQuarantinedReplicas(
            registry.nodes().stream().mapToLong(Datanode::quarantinedCount).sum())
        .build();
  }

  /** One whose end is not in the journal yet: what follows from that has not begun. */
  private static SessionStatus describeEnding(SessionInfo session) {
    return SessionStatus.newBuilder()
        .setSessionId(session.id())
        .setClientName(session.clientName())
        .build();
  }

  private static SessionStatus describe(ClientSession session, long nowNs) {
    return SessionStatus.newBuilder()
        .setSessionId(session.id())
        .setClientName(session.info().clientName())
        .setSilentMs(TimeUnit.NANOSECONDS.toMillis(session.silentNs(nowNs)))
        .setConnected(session.isConnected())
        .build();
  }

  CorruptReplica describe(CorruptionLedger.Damage damage) {
    CorruptReplica.Builder described =
        CorruptReplica.newBuilder()
            .setChunk(ChunkName.of(state.clusterId(), damage.chunkId()).toString())
            .setChunkId(damage.chunkId())
            .setNodeId(damage.nodeId())
            .setBlock(damage.block());
    state
        .chunk(damage.chunkId())
        .filter(chunk -> !chunk.isDetached())
        .ifPresent(
            chunk -> {
              described.setInode(chunk.inode());
              state
                  .pathOf(chunk.inode())
                  .ifPresent(path -> described.setPath(ByteString.copyFrom(path)));
            });
    return described.build();
  }

  /** Where the chunks of a file are; empty when no name leads there. */
  Optional<LocateReply> locate(byte[] path) {
    return state.inodeAt(path).map(this::locate);
  }

  private LocateReply locate(long inode) {
    LocateReply.Builder reply = LocateReply.newBuilder().setAttributes(attributes(inode));
    for (ChunkInfo chunk : state.chunksOf(inode, 0, MAX_LOCATED)) {
      LocatedChunk.Builder located =
          LocatedChunk.newBuilder()
              .setLocation(completer.locate(chunk))
              .setChunk(ChunkName.of(state.clusterId(), chunk.id()).toString())
              .setCondition(repairs.conditionOf(chunk).word());
      for (Datanode node : registry.nodes()) {
        replicaState(node, chunk).ifPresent(located::addReplicas);
      }
      reply.addChunks(located);
    }
    return reply.build();
  }

  private Attributes attributes(long inode) {
    Operation ask =
        Operation.newBuilder().setGetAttributes(GetAttributes.newBuilder().setInode(inode)).build();
    return state.read(0, ask).getAttributes();
  }

  private Optional<ReplicaState> replicaState(Datanode node, ChunkInfo chunk) {
    boolean member = chunk.members().contains(node.id());
    Replica replica = node.replica(chunk.id());
    if (!member && replica == null) {
      return Optional.empty();
    }
    ReplicaState.Builder described =
        ReplicaState.newBuilder()
            .setNodeId(node.id())
            .setMember(member)
            .setCondition(member ? registry.condition(node.id(), chunk).word() : "")
            .setReported(replica != null)
            .setCorrupt(registry.corruption().lists(node.id(), chunk.id()));
    if (replica != null) {
      described
          .setVersion(replica.version())
          .setLength(replica.lengthBytes())
          .setSuspect(replica.suspect())
          .setCorrupt(replica.corrupt() || described.getCorrupt());
    }
    return Optional.of(described.build());
  }
}
