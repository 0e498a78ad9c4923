package org.distrifs.master.service;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.distrifs.master.chain.ChangeDriver;
import org.distrifs.master.deletion.Deletions;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.ExpectedChunks;
import org.distrifs.master.liveness.LivenessBounds;
import org.distrifs.master.state.Applied;
import org.distrifs.master.state.MasterState;
import org.distrifs.master.state.NodeInfo;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.BlockReportPart;
import org.distrifs.proto.control.HeartbeatReply;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.NodeCommand;
import org.distrifs.proto.control.RegisterAgain;
import org.distrifs.proto.control.RegisterReply;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.proto.control.ReportBlocks;
import org.distrifs.proto.id.JournalPosition;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.NodeJoin;
import org.distrifs.runtime.clock.ClockSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers datanodes. Belongs to the master's loop. */
final class DatanodeRequests {

  static final int PROTOCOL_VERSION = 1;
  private static final int MAX_PORT = 65_535;
  private static final int MAX_HOST_CHARS = 255;

  private static final Logger LOG = LoggerFactory.getLogger(DatanodeRequests.class);

  /** How a request ends: with a reply, or with a sentence for the datanode's operator. */
  interface Outcome<T> {
    void reply(T reply);

    /** For good: the datanode ends. Only one of another cluster is refused so. */
    void refuse(String sentence);

    /** For now: the datanode goes on asking. */
    void postpone(String sentence);
  }

  /** Addresses whose last refusal is remembered, so that it is logged once. */
  private static final int MAX_REMEMBERED_REFUSALS = 1024;

  private final MasterState state;
  private final JournalPipeline journal;
  private final DatanodeRegistry registry;
  private final ServingState serving;
  private final ChangeDriver changes;
  private final Deletions deletions;
  private final ClusterSpace space;
  private final LivenessBounds bounds;
  private final long blockReportIntervalMs;
  private final ClockSource clock;

  /** Why the datanode at an address was not let in the last time. */
  private final Map<PeerAddress, String> refusals =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<PeerAddress, String> eldest) {
          return size() > MAX_REMEMBERED_REFUSALS;
        }
      };

  DatanodeRequests(
      MasterState state,
      JournalPipeline journal,
      DatanodeRegistry registry,
      ServingState serving,
      ChangeDriver changes,
      Deletions deletions,
      ClusterSpace space,
      LivenessBounds bounds,
      long blockReportIntervalMs,
      ClockSource clock) {
    this.state = state;
    this.journal = journal;
    this.registry = registry;
    this.serving = serving;
    this.changes = changes;
    this.deletions = deletions;
    this.space = space;
    this.bounds = bounds;
    this.blockReportIntervalMs = blockReportIntervalMs;
    this.clock = clock;
  }

  /** Takes the datanodes over that the journal knows. */
  void begin() {
    state.nodes().forEach(this::know);
  }

  private void know(NodeInfo node) {
    registry.know(
        node.id(), new PeerAddress(node.host(), node.port()), node.rack(), clock.monotonicNs());
  }

  void register(RegisterRequest request, Outcome<RegisterReply> outcome) {
    if (request.getClusterId() != 0 && request.getClusterId() != state.clusterId()) {
      String sentence =
          "its data folder belongs to cluster %016x, and this master serves cluster %016x: start it with the master of its own cluster, or with an empty data folder"
              .formatted(request.getClusterId(), state.clusterId());
      tellRefusal(request, sentence);
      outcome.refuse(sentence);
      return;
    }
    Optional<String> obstacle = obstacleTo(request);
    if (obstacle.isPresent()) {
      tellRefusal(request, obstacle.get());
      outcome.postpone(obstacle.get());
      return;
    }
    if (state.node(request.getNodeId()).filter(node -> isSame(node, request)).isPresent()) {
      welcome(request.getNodeId(), request, outcome);
      return;
    }
    NodeJoin join =
        NodeJoin.newBuilder()
            .setNodeSecret(request.getNodeSecret())
            .setNodeId(request.getNodeId())
            .setHost(request.getHost())
            .setPort(request.getPort())
            .setRack(request.getRack())
            .setWantedNodeId(request.getWantedNodeId())
            .build();
    journal.propose(
        JournalEntry.newBuilder().setNodeJoin(join), applied -> joined(applied, request, outcome));
  }

  /** Says once why a datanode is not let in: it goes on asking. */
  private void tellRefusal(RegisterRequest request, String sentence) {
    PeerAddress address = new PeerAddress(request.getHost(), request.getPort());
    if (!sentence.equals(refusals.put(address, sentence))) {
      LOG.warn("The datanode at {} is not let in: {}", address, sentence);
    }
  }

  private Optional<String> obstacleTo(RegisterRequest request) {
    if (request.getProtocolVersion() != PROTOCOL_VERSION) {
      return Optional.of(
          "the master speaks version %d of the protocol, the datanode version %d: run the same release on both"
              .formatted(PROTOCOL_VERSION, request.getProtocolVersion()));
    }
    if (request.getClusterId() != 0) {
      serving.nodeSaw(heardBy(request), request.getNodeId());
    }
    if (!serving.isServing()) {
      return Optional.of(serving.reason());
    }
    Optional<String> forgotten = state.forgotten(request.getNodeId());
    if (forgotten.isPresent()) {
      return forgotten;
    }
    boolean isUnknown = request.getNodeId() != 0 && state.node(request.getNodeId()).isEmpty();
    if (isUnknown && !state.mayReturn(request.getNodeId())) {
      return Optional.of(
          "this master knows no datanode %d: its data folder and the master's are not of the same age"
              .formatted(request.getNodeId()));
    }
    boolean hasAddress =
        !request.getHost().isEmpty()
            && request.getHost().length() <= MAX_HOST_CHARS
            && request.getPort() > 0
            && request.getPort() <= MAX_PORT;
    if (!hasAddress) {
      return Optional.of("it gave no address at which it can be reached");
    }
    return request.getIncarnation() == 0 ? Optional.of("it gave no incarnation") : Optional.empty();
  }

  private static JournalPosition heardBy(RegisterRequest request) {
    return new JournalPosition(request.getHighestDurableTerm(), request.getHighestDurableTxid());
  }

  private static boolean isSame(NodeInfo node, RegisterRequest request) {
    return node.secret() == request.getNodeSecret()
        && node.host().equals(request.getHost())
        && node.port() == request.getPort()
        && node.rack().equals(request.getRack());
  }

  private void joined(Applied applied, RegisterRequest request, Outcome<RegisterReply> outcome) {
    if (applied instanceof Applied.NodeJoined joined) {
      tellOfPredecessors(joined.nodeId(), request);
      know(state.node(joined.nodeId()).orElseThrow());
      welcome(joined.nodeId(), request, outcome);
    } else if (applied instanceof Applied.Refused refused) {
      tellRefusal(request, refused.reason());
      outcome.postpone(refused.reason());
    }
  }

  /** A disk was replaced, most likely: its old node will not come back by itself. */
  private void tellOfPredecessors(int nodeId, RegisterRequest request) {
    if (request.getNodeId() != 0) {
      return;
    }
    for (NodeInfo other : state.nodes()) {
      boolean isPredecessor =
          other.id() != nodeId
              && other.host().equals(request.getHost())
              && other.port() == request.getPort();
      if (isPredecessor) {
        LOG.warn(
            "Datanode {} is new at {}:{}, which was the address of datanode {}: its data folder was replaced. If that one will not come back, 'distrifs node forget {}' takes it out of the cluster once its replicas are made up for",
            nodeId,
            request.getHost(),
            request.getPort(),
            other.id(),
            other.id());
      }
    }
  }

  private void welcome(int nodeId, RegisterRequest request, Outcome<RegisterReply> outcome) {
    registry.registered(nodeId, request, expectedChunks(), clock.monotonicNs());
    refusals.remove(new PeerAddress(request.getHost(), request.getPort()));
    outcome.reply(
        RegisterReply.newBuilder()
            .setClusterId(state.clusterId())
            .setNodeId(nodeId)
            .setTerm(state.term())
            .setHeartbeatIntervalMs((int) bounds.heartbeatIntervalMs())
            .setNodeLeaseMs((int) bounds.leaseMs())
            .setBlockReportIntervalMs((int) blockReportIntervalMs)
            .setSilenceMs((int) bounds.silenceMs())
            .setRevokedThrough(state.expiries().last())
            .addAllRevokedSessions(state.expiries().after(0))
            .setDurableTxid(journal.durableTxid())
            .build());
  }

  void beat(HeartbeatRequest beat, Outcome<HeartbeatReply> outcome) {
    boolean isOurs =
        registry.find(beat.getNodeId()) != null
            && registry.find(beat.getNodeId()).incarnation() == beat.getIncarnation();
    if (isOurs) {
      serving.nodeSaw(
          new JournalPosition(beat.getHighestDurableTerm(), beat.getHighestDurableTxid()),
          beat.getNodeId());
    }
    if (!serving.isServing()) {
      outcome.postpone(serving.reason());
      return;
    }
    HeartbeatReply.Builder reply =
        HeartbeatReply.newBuilder().setTerm(state.term()).setDurableTxid(journal.durableTxid());
    DatanodeRegistry.Instruction instruction = registry.beat(beat, clock.monotonicNs());
    if (instruction == DatanodeRegistry.Instruction.NOTHING
        && space.needsReportOf(registry.find(beat.getNodeId()))) {
      instruction = DatanodeRegistry.Instruction.REPORT_BLOCKS;
    }
    command(instruction).ifPresent(reply::addCommands);
    if (instruction != DatanodeRegistry.Instruction.REGISTER_AGAIN) {
      reply.setLeaseRefused(registry.find(beat.getNodeId()).isLeaseRefused());
      beat.getTroubledList().forEach(chunkId -> troubled(beat.getNodeId(), chunkId));
      reply
          .setRevokedThrough(state.expiries().last())
          .addAllRevokedSessions(state.expiries().after(beat.getRevokedThrough()));
      deletions
          .commandsFor(beat.getNodeId(), state.term(), clock.monotonicNs())
          .forEach(reply::addCommands);
    }
    outcome.reply(reply.build());
  }

  /**
   * A member was fenced, or had a stuck write, for so long that only a change of its chain helps.
   */
  private void troubled(int nodeId, long chunkId) {
    state
        .chunk(chunkId)
        .filter(chunk -> !chunk.isDetached() && chunk.members().contains(nodeId))
        .ifPresent(chunk -> changes.want(chunkId));
  }

  private static Optional<NodeCommand> command(DatanodeRegistry.Instruction instruction) {
    NodeCommand.Builder command = NodeCommand.newBuilder();
    return switch (instruction) {
      case NOTHING -> Optional.empty();
      case REGISTER_AGAIN ->
          Optional.of(command.setRegisterAgain(RegisterAgain.getDefaultInstance()).build());
      case REPORT_BLOCKS ->
          Optional.of(command.setReportBlocks(ReportBlocks.getDefaultInstance()).build());
    };
  }

  /** What came of a part of a block report. */
  enum Taken {
    /** It does not fit what came before, or comes from an incarnation that is not known. */
    REFUSED,
    /** More parts are to follow. */
    GOES_ON,
    /** The report is known. */
    DONE,
    /** The report was only the digest, and the list is needed. */
    LIST_WANTED
  }

  Taken reportPart(BlockReportPart part, boolean first) {
    ExpectedChunks chunks = expectedChunks();
    long nowNs = clock.monotonicNs();
    if (part.getDigestOnly()) {
      return switch (registry.reportDigest(
          part.getNodeId(),
          part.getIncarnation(),
          part.getDigest(),
          part.getCount(),
          chunks,
          nowNs)) {
        case NOTHING -> Taken.DONE;
        case REPORT_BLOCKS -> Taken.LIST_WANTED;
        case REGISTER_AGAIN -> Taken.REFUSED;
      };
    }
    DatanodeRegistry.Instruction instruction =
        registry.reportPart(
            part.getNodeId(),
            part.getIncarnation(),
            first,
            part.getReplicasList(),
            part.getLast(),
            chunks,
            nowNs);
    if (instruction != DatanodeRegistry.Instruction.NOTHING) {
      return Taken.REFUSED;
    }
    return part.getLast() ? Taken.DONE : Taken.GOES_ON;
  }

  private ExpectedChunks expectedChunks() {
    return new ExpectedChunks(state.nextChunkId(), state.freshChunkIds());
  }

  long term() {
    return state.term();
  }
}
