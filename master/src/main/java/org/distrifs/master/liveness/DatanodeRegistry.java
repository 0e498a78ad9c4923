package org.distrifs.master.liveness;

import it.unimi.dsi.fastutil.ints.Int2ObjectAVLTreeMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.proto.control.ReplicaReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The datanodes of the cluster: their ids and addresses, which the journal brings, and what they
 * told since this master started. Belongs to one thread.
 */
public final class DatanodeRegistry {

  /** A heartbeat that lists this many damaged blocks may know of more. */
  private static final int FULL_CORRUPT_LIST = 1024;

  /** Between two probes of a datanode that did not answer the last. */
  private static final long PROBE_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final Logger LOG = LoggerFactory.getLogger(DatanodeRegistry.class);

  /** What a datanode that sent a heartbeat or a report is asked to do. */
  public enum Instruction {
    NOTHING,
    /** Its incarnation is not the one that registered, or was called over. */
    REGISTER_AGAIN,
    /** Its replicas are not known yet. */
    REPORT_BLOCKS
  }

  private final LivenessBounds bounds;
  private final LivenessEvents events;
  private final long startedNs;
  private final Int2ObjectAVLTreeMap<Datanode> nodes = new Int2ObjectAVLTreeMap<>();
  private final CorruptionLedger corruption = new CorruptionLedger();

  public DatanodeRegistry(LivenessBounds bounds, LivenessEvents events, long nowNs) {
    this.bounds = bounds;
    this.events = events;
    this.startedNs = nowNs;
  }

  /** Takes from the journal that a datanode belongs to the cluster, or moved. */
  public void know(int nodeId, PeerAddress address, String rack, long nowNs) {
    Datanode node = nodes.get(nodeId);
    if (node == null) {
      nodes.put(nodeId, new Datanode(nodeId, address, rack, nowNs));
    } else {
      node.moved(address, rack);
    }
  }

  /** A datanode belongs to the cluster no more. */
  public void forget(int nodeId) {
    nodes.remove(nodeId);
    corruption.forget(nodeId);
  }

  /** All of them, by id. */
  public Collection<Datanode> nodes() {
    return nodes.values();
  }

  /** The datanode of an id, or null. */
  public Datanode find(int nodeId) {
    return nodes.get(nodeId);
  }

  public boolean isAlive(int nodeId) {
    Datanode node = nodes.get(nodeId);
    return node != null && node.isAlive();
  }

  public CorruptionLedger corruption() {
    return corruption;
  }

  /** Corrupt blocks that all datanodes found since this master heard them. */
  public long corruptBlocksFound() {
    return nodes.values().stream().mapToLong(Datanode::corruptBlocksFound).sum();
  }

  /**
   * A process says that it is this datanode. Another incarnation of it is over, then.
   *
   * @param request of a node that is known
   * @param chunks there are now
   */
  public void registered(int nodeId, RegisterRequest request, ExpectedChunks chunks, long nowNs) {
    Datanode node = nodes.get(nodeId);
    boolean wasAlive = node.isAlive();
    boolean newIncarnation = node.incarnation() != request.getIncarnation();
    if (newIncarnation && wasAlive) {
      node.endIncarnation();
      events.incarnationEnded(node);
    }
    node.registered(request, nowNs, bounds.heartbeatIntervalNs(), chunks);
    if (node.isAlive() && (newIncarnation || !wasAlive)) {
      LOG.info(
          "{} on rack '{}' is here, incarnation {}{}",
          node,
          node.rack(),
          HexFormat.of().toHexDigits(node.incarnation()),
          node.suspectsUnknown() ? ", after an unclean stop" : "");
      events.becameAlive(node);
    }
  }

  /** A datanode says that it is alive, and what changed. */
  public Instruction beat(HeartbeatRequest beat, long nowNs) {
    Datanode node = nodes.get(beat.getNodeId());
    if (node == null || node.incarnation() != beat.getIncarnation() || node.isIncarnationOver()) {
      return Instruction.REGISTER_AGAIN;
    }
    boolean wasAlive = node.isAlive();
    long silentNs = node.silentNs(nowNs);
    node.beat(beat, nowNs, bounds.heartbeatIntervalNs());
    if (node.isAlive() && !wasAlive) {
      LOG.info("{} is heard again after {} ms", node, TimeUnit.NANOSECONDS.toMillis(silentNs));
      events.becameAlive(node);
    }
    for (ReplicaReport replica : beat.getChangedList()) {
      node.replicas().changed(replica);
      if (replica.getSuspect()) {
        events.suspectReported(node, replica.getChunkId());
      }
    }
    boolean complete = beat.getCorruptCount() < FULL_CORRUPT_LIST;
    corruption
        .told(node.id(), node.incarnation(), beat.getCorruptList(), complete)
        .forEach(damage -> events.corruptionFound(node, damage));
    return node.takeReportWanted() ? Instruction.REPORT_BLOCKS : Instruction.NOTHING;
  }

  /**
   * Takes a part of a block report.
   *
   * @param chunks there are now
   */
  public Instruction reportPart(
      int nodeId,
      long incarnation,
      boolean first,
      List<ReplicaReport> replicas,
      boolean last,
      ExpectedChunks chunks,
      long nowNs) {
    Datanode node = nodes.get(nodeId);
    if (node == null || node.incarnation() != incarnation) {
      return Instruction.REGISTER_AGAIN;
    }
    ReportedReplicas known = node.replicas();
    if (first) {
      known.beginReport();
    } else if (!known.reportIsUnderWay()) {
      return Instruction.REPORT_BLOCKS;
    }
    replicas.forEach(known::reported);
    if (last) {
      known.endReport();
      confirmed(node, chunks, nowNs);
    }
    return Instruction.NOTHING;
  }

  /**
   * Takes the digest of what a datanode holds.
   *
   * @param count replicas in the list that it stands for
   * @param chunks there are now
   * @return {@link Instruction#REPORT_BLOCKS} if something else is known here
   */
  public Instruction reportDigest(
      int nodeId, long incarnation, long digest, long count, ExpectedChunks chunks, long nowNs) {
    Datanode node = nodes.get(nodeId);
    if (node == null || node.incarnation() != incarnation) {
      return Instruction.REGISTER_AGAIN;
    }
    if (node.replicas().digest() != digest || node.replicaCount() != count) {
      return Instruction.REPORT_BLOCKS;
    }
    node.replicas().confirmed();
    confirmed(node, chunks, nowNs);
    return Instruction.NOTHING;
  }

  private void confirmed(Datanode node, ExpectedChunks chunks, long nowNs) {
    boolean firstAfterUncleanStop = node.suspectsUnknown();
    node.confirmed(chunks, nowNs);
    if (firstAfterUncleanStop) {
      LOG.info(
          "{} reports {} replicas, {} of them suspect after an unclean stop",
          node,
          node.replicaCount(),
          node.suspectCount());
      events.becameAlive(node);
    }
    new LongOpenHashSet(node.suspects()).forEach(id -> events.suspectReported(node, id));
  }

  /** This master itself brought a replica to a new version. */
  public void installed(int nodeId, long chunkId, int version, int lengthBytes) {
    Datanode node = nodes.get(nodeId);
    if (node == null) {
      return;
    }
    node.replicas()
        .changed(
            ReplicaReport.newBuilder()
                .setChunkId(chunkId)
                .setVersion(version)
                .setLength(lengthBytes)
                .build());
    corruption.repaired(nodeId, chunkId);
  }

  /** Bytes of the longest replica of a chunk that was reported; 0 without any. */
  public long lengthOf(long chunkId) {
    return nodes.values().stream()
        .map(node -> node.replica(chunkId))
        .filter(Objects::nonNull)
        .mapToLong(replica -> Integer.toUnsignedLong(replica.lengthBytes()))
        .max()
        .orElse(0);
  }

  /** A datanode is full: it is placed on again when it has told of room. */
  public void refusedForSpace(int nodeId) {
    Datanode node = nodes.get(nodeId);
    if (node != null) {
      node.refusedForSpace();
    }
  }

  /** Somebody saw that a replica is suspect before its datanode told. */
  public void foundSuspect(int nodeId, long chunkId) {
    Datanode node = nodes.get(nodeId);
    if (node != null) {
      node.replicas().markSuspect(chunkId);
    }
  }

  /** Whether the replica of a chunk on a node is known to serve nothing for now. */
  public boolean isSuspect(int nodeId, long chunkId) {
    Datanode node = nodes.get(nodeId);
    return node != null && (node.suspectsUnknown() || node.suspects().contains(chunkId));
  }

  /** What is known of the replica that a member should have. Good is only what was reported. */
  public ReplicaCondition condition(int nodeId, ChunkInfo chunk) {
    long chunkId = chunk.id();
    Datanode node = nodes.get(nodeId);
    if (node == null || node.liveness() == Liveness.DEAD) {
      return ReplicaCondition.LOST;
    } else if (node.liveness() == Liveness.SILENT) {
      return ReplicaCondition.AWAY;
    } else if (node.liveness() == Liveness.UNKNOWN || node.suspectsUnknown()) {
      return ReplicaCondition.UNKNOWN;
    }
    Replica replica = node.replica(chunkId);
    if (replica == null) {
      return node.isMissing(chunkId) ? ReplicaCondition.MISSING : ReplicaCondition.UNKNOWN;
    } else if (Integer.compareUnsigned(replica.version(), chunk.version()) < 0) {
      return ReplicaCondition.STALE;
    } else if (replica.isAheadOf(chunk)) {
      return ReplicaCondition.AHEAD;
    } else if (isDamaged(nodeId, chunkId)) {
      return ReplicaCondition.CORRUPT;
    }
    return replica.suspect() ? ReplicaCondition.SUSPECT : ReplicaCondition.GOOD;
  }

  /** What a datanode reported turned out to be wrong: it is to report again. */
  public void wantReport(int nodeId) {
    Datanode node = nodes.get(nodeId);
    if (node != null) {
      node.wantReport();
    }
  }

  /** Whether a block of the replica of a chunk on a node is known not to match its checksum. */
  public boolean isDamaged(int nodeId, long chunkId) {
    Datanode node = nodes.get(nodeId);
    boolean told = node != null && node.replicas().isCorrupt(chunkId);
    return told || corruption.lists(nodeId, chunkId);
  }

  /** A probe found that this incarnation of a datanode is over. */
  public void gone(int nodeId, long incarnation, long nowNs) {
    Datanode node = nodes.get(nodeId);
    if (node != null && node.incarnation() == incarnation && node.isAlive()) {
      LOG.warn(
          "{} is gone: its port refuses connections; last heard {} ms ago",
          node,
          TimeUnit.NANOSECONDS.toMillis(node.silentNs(nowNs)));
      endIncarnation(node);
    }
  }

  private void endIncarnation(Datanode node) {
    node.endIncarnation();
    events.incarnationEnded(node);
  }

  /**
   * Begins a probe of a datanode, unless there is one or there is nothing to be learned.
   *
   * @return whom to probe
   */
  public Optional<Datanode> beginProbe(int nodeId, long nowNs) {
    Datanode node = nodes.get(nodeId);
    boolean isWorthIt = node != null && (node.isAlive() || node.awaitsProbe());
    if (!isWorthIt || node.isProbing()) {
      return Optional.empty();
    }
    node.probeBegan(nowNs);
    return Optional.of(node);
  }

  /**
   * Ends it. A datanode that cannot be reached for a heartbeat interval gets no lease any more, so
   * that it can be done without after the bound of silence.
   */
  public void endProbe(int nodeId, PeerProbe.Finding finding) {
    Datanode node = nodes.get(nodeId);
    if (node == null) {
      return;
    }
    boolean wasUnanswered = node.isUnanswered();
    node.probeEnded(finding != PeerProbe.Finding.NO_ANSWER);
    if (node.isUnanswered() && !wasUnanswered) {
      LOG.warn("{} does not answer this master", node);
    } else if (wasUnanswered && !node.isUnanswered()) {
      LOG.info("{} answers this master again", node);
    }
  }

  /** Whether a node that was not heard yet may serve by a lease of an earlier master. */
  public boolean mayServeUnheard(Datanode node, long nowNs) {
    return node.liveness() == Liveness.UNKNOWN && nowNs - startedNs <= bounds.silenceNs();
  }

  /** Time that the master itself stood still does not count as a datanode's silence. */
  public void forgive(long pausedNs) {
    nodes.values().forEach(node -> node.forgive(pausedNs));
  }

  /**
   * Lets time pass. To be called several times a second.
   *
   * @return those whose heartbeat is overdue and who should be probed
   */
  public List<Datanode> tick(long nowNs) {
    List<Datanode> overdue = new ArrayList<>();
    for (Datanode node : nodes.values()) {
      long silentNs = node.silentNs(nowNs);
      switch (node.liveness()) {
        case UNKNOWN -> {
          if (nowNs - startedNs > bounds.graceNs() && silentNs > bounds.graceNs()) {
            LOG.warn("{} has not been heard since this master started", node);
            node.become(Liveness.DEAD);
          }
        }
        case ALIVE -> {
          if (silentNs > bounds.silenceNs()) {
            LOG.warn(
                "{} is silent for {} ms: its chunks take no writes",
                node,
                TimeUnit.NANOSECONDS.toMillis(silentNs));
            endIncarnation(node);
          } else if (isProbeDue(node, nowNs)) {
            overdue.add(node);
          }
        }
        case SILENT -> {
          if (silentNs > bounds.deadAfterNs()) {
            LOG.warn(
                "{} is silent for {} ms: its replicas count as lost",
                node,
                TimeUnit.NANOSECONDS.toMillis(silentNs));
            node.become(Liveness.DEAD);
          }
        }
        case DEAD -> {}
      }
      if (node.awaitsProbe()) {
        if (node.registeredForNs(nowNs) > bounds.silenceNs()) {
          node.endIncarnation();
        } else if (isProbeDue(node, nowNs)) {
          overdue.add(node);
        }
      }
    }
    return overdue;
  }

  private boolean isProbeDue(Datanode node, long nowNs) {
    long pauseNs = node.isUnanswered() ? PROBE_AGAIN_NS : bounds.probeAfterNs();
    return !node.isProbing() && node.unprobedNs(nowNs) > pauseNs;
  }
}
