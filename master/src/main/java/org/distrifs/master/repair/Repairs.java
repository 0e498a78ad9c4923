package org.distrifs.master.repair;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.chain.ChangeDriver;
import org.distrifs.master.chain.ChangeEnvironment;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.ReplicaCondition;
import org.distrifs.master.placement.PlacementNode;
import org.distrifs.master.placement.PlacementPolicy;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.proto.journal.ChainAdopted;
import org.distrifs.proto.journal.JournalEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that every chunk has as many good replicas as it should: a replica is copied to a new
 * node first, while writes go on, and then joins the chain by a change. A bounded number of copies
 * runs at once, for the chunks with the fewest replicas first.
 *
 * <p>The census brings each chunk here in its walk; what cannot be done now is found again in the
 * next one, so nothing has to be remembered but what is under way.
 */
public final class Repairs {

  /** Waiting chunks that are looked at in one step, so that a step stays short. */
  private static final int MAX_LOOKED_AT = 128;

  /** Failed copies whose pause is remembered; the oldest are forgotten, and tried sooner. */
  private static final int MAX_REMEMBERED_FAILURES = 10_000;

  /** Before a chunk is tried again whose copy failed. */
  private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(10);

  private static final Logger LOG = LoggerFactory.getLogger(Repairs.class);

  /** A copy under way. */
  private record Copy(int source, int target, long beganNs) {}

  private final ChangeEnvironment environment;
  private final DatanodeRegistry registry;
  private final ChangeDriver changes;
  private final PlacementPolicy policy;
  private final RepairBounds bounds;
  private final long beginNs;
  private final RepairQueue queue = new RepairQueue();
  private final Map<Long, Copy> copies = new HashMap<>();
  private final Map<Integer, Integer> copiesByNode = new HashMap<>();

  /** When a chunk may be tried again whose last copy failed. */
  private final Map<Long, Long> notBeforeNs =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
          return size() > MAX_REMEMBERED_FAILURES;
        }
      };

  private long done;
  private long failed;

  /**
   * @param nowNs monotonic time of the master's start
   */
  public Repairs(
      ChangeEnvironment environment,
      DatanodeRegistry registry,
      ChangeDriver changes,
      PlacementPolicy policy,
      RepairBounds bounds,
      long nowNs) {
    this.environment = environment;
    this.registry = registry;
    this.changes = changes;
    this.policy = policy;
    this.bounds = bounds;
    this.beginNs = nowNs + TimeUnit.MILLISECONDS.toNanos(bounds.startAfterMs());
  }

  /** Takes note of how a chunk is that the census came to. */
  public void visit(ChunkInfo chunk) {
    if (!hasBegun() || !isRepairable(chunk)) {
      return;
    }
    ChunkHealth health = ChunkHealth.of(chunk, registry);
    Optional<LostChain> lost = lostChain(chunk, health);
    if (lost.isPresent()) {
      adopt(lost.get(), chunk);
      return;
    }
    if (mayBeReconciled(chunk, health)) {
      // One beyond repair would stop its writers for nothing.
      if (!changes.isPastMending(chunk.id())) {
        changes.want(chunk.id());
      }
    } else if (isShort(health)) {
      queue.offer(chunk.id(), health.good().size());
    } else if (health.good().size() > bounds.replication()
        && health.good().size() == chunk.members().size()) {
      changes.wantWithout(chunk.id(), surplus(chunk));
    }
  }

  /**
   * A damaged replica without any other cannot be repaired; a suspect one, or one that is ahead of
   * the committed version, can be taken as it is.
   */
  private boolean mayBeReconciled(ChunkInfo chunk, ChunkHealth health) {
    boolean hasOther = health.unequal().size() + health.good().size() > 1;
    return health.unequal().stream()
        .anyMatch(
            node ->
                hasOther
                    || registry.isSuspect(node, chunk.id())
                    || registry.condition(node, chunk) == ReplicaCondition.AHEAD);
  }

  private Optional<LostChain> lostChain(ChunkInfo chunk, ChunkHealth health) {
    return environment.versionFloor(chunk.id()) == 0
        ? Optional.empty()
        : LostChain.find(chunk, health, registry.nodes());
  }

  private void adopt(LostChain lost, ChunkInfo chunk) {
    LOG.warn(
        "Chunk {}: none of its members {} has a replica, and datanodes {} have one of version {},"
            + " which a rollback has lost: they are its chain now",
        chunk.id(),
        chunk.members(),
        lost.holders(),
        Integer.toUnsignedString(lost.version()));
    environment.journal(
        JournalEntry.newBuilder()
            .setChainAdopted(
                ChainAdopted.newBuilder()
                    .setChunkId(chunk.id())
                    .setVersion(lost.version())
                    .addAllNodeIds(lost.holders())),
        applied -> changes.want(chunk.id()));
  }

  /** Whether enough time has passed since the start for datanodes to have come back. */
  public boolean hasBegun() {
    return environment.nowNs() - beginNs >= 0;
  }

  private boolean isRepairable(ChunkInfo chunk) {
    return !chunk.isDetached()
        && environment.nowNs() - notBeforeNs.getOrDefault(chunk.id(), beginNs) >= 0
        && !chunk.fresh()
        && !chunk.isChanging()
        && !copies.containsKey(chunk.id())
        && !changes.isChanging(chunk.id());
  }

  /** How a committed chunk stands. */
  public ChunkCondition conditionOf(ChunkInfo chunk) {
    if (isFull(chunk)) {
      return ChunkCondition.FULL;
    }
    ChunkHealth health = ChunkHealth.of(chunk, registry);
    boolean canBeMended =
        (mayBeReconciled(chunk, health) && !changes.isPastMending(chunk.id()))
            || lostChain(chunk, health).isPresent();
    if (health.good().isEmpty() && !health.isOpen() && !canBeMended) {
      return ChunkCondition.LOST;
    } else if (isCopying(chunk.id()) || changes.isUnderWay(chunk.id())) {
      return ChunkCondition.REPAIRING;
    } else if (!health.unknown().isEmpty()) {
      return ChunkCondition.UNKNOWN;
    } else if (!hasBegun() || (health.isOpen() && !isShort(health) && !canBeMended)) {
      return ChunkCondition.WAITING;
    } else if (canBeMended || canBeCopied(chunk, health)) {
      return ChunkCondition.REPAIRING;
    }
    return health.isOpen() ? ChunkCondition.WAITING : ChunkCondition.SHORT;
  }

  private boolean canBeCopied(ChunkInfo chunk, ChunkHealth health) {
    return !health.good().isEmpty() && !candidates(chunk, health).isEmpty();
  }

  /** By far the most are. */
  private boolean isFull(ChunkInfo chunk) {
    if (chunk.members().size() < bounds.replication()) {
      return false;
    }
    for (int node : chunk.members()) {
      if (registry.condition(node, chunk) != ReplicaCondition.GOOD) {
        return false;
      }
    }
    return true;
  }

  private boolean isShort(ChunkHealth health) {
    return !health.lost().isEmpty()
        || !health.missing().isEmpty()
        || health.standing() < bounds.replication();
  }

  /** The member to do without: one whose rack has another, from the end of the chain. */
  private int surplus(ChunkInfo chunk) {
    List<Integer> members = chunk.members();
    for (int i = members.size() - 1; i > 0; i--) {
      String rack = registry.find(members.get(i)).rack();
      long onRack =
          members.stream().filter(node -> registry.find(node).rack().equals(rack)).count();
      if (onRack > 1) {
        return members.get(i);
      }
    }
    return members.get(members.size() - 1);
  }

  /** Begins what can begin. To be called several times a second. */
  public void tick() {
    List<Long> later = new ArrayList<>();
    for (int looked = 0; looked < MAX_LOOKED_AT && copies.size() < bounds.maxCopies(); looked++) {
      OptionalLong next = queue.poll();
      if (next.isEmpty()) {
        break;
      }
      Optional<ChunkInfo> chunk = environment.chunk(next.getAsLong()).filter(this::isRepairable);
      if (chunk.isPresent() && !repair(chunk.get())) {
        later.add(next.getAsLong());
      }
    }
    later.forEach(
        chunkId ->
            environment
                .chunk(chunkId)
                .ifPresent(
                    chunk -> queue.offer(chunkId, ChunkHealth.of(chunk, registry).good().size())));
  }

  /** Begins the repair of a chunk; false if the datanodes for it have enough to do now. */
  private boolean repair(ChunkInfo chunk) {
    ChunkHealth health = ChunkHealth.of(chunk, registry);
    if (!isShort(health) || health.good().isEmpty()) {
      return true;
    }
    List<Datanode> candidates = candidates(chunk, health);
    if (candidates.isEmpty()) {
      leaveOut(chunk, health);
      return true;
    }
    Optional<Integer> source =
        health.good().stream()
            .filter(this::hasRoom)
            .min(Comparator.comparingInt(node -> copiesByNode.getOrDefault(node, 0)));
    List<Datanode> free = candidates.stream().filter(node -> hasRoom(node.id())).toList();
    if (source.isEmpty() || free.isEmpty()) {
      return false;
    }
    OptionalInt target = choose(chunk, health, free);
    if (target.isEmpty()) {
      leaveOut(chunk, health);
      return true;
    }
    copy(chunk, source.get(), target.getAsInt());
    return true;
  }

  /** Alive nodes that could take a replica: those that are no members, or lack theirs. */
  private List<Datanode> candidates(ChunkInfo chunk, ChunkHealth health) {
    return registry.nodes().stream()
        .filter(Datanode::isAlive)
        .filter(
            node -> !chunk.members().contains(node.id()) || health.missing().contains(node.id()))
        .toList();
  }

  /**
   * No node can take a copy: the lost members leave the chain, so that writes do not wait for them.
   */
  private void leaveOut(ChunkInfo chunk, ChunkHealth health) {
    boolean canDoWithout =
        chunk.members().size() - health.lost().size() >= bounds.minReplicas()
            && health.away().isEmpty()
            && health.unknown().isEmpty();
    if (!health.lost().isEmpty() && canDoWithout) {
      changes.want(chunk.id());
    }
  }

  /** Rather a node that has an old replica, of which most may still be right. */
  private OptionalInt choose(ChunkInfo chunk, ChunkHealth health, List<Datanode> free) {
    List<Datanode> withOld =
        free.stream()
            .filter(
                node -> health.missing().contains(node.id()) || node.replica(chunk.id()) != null)
            .toList();
    Set<String> racks = new HashSet<>();
    for (int node : chunk.members()) {
      if (!health.lost().contains(node) && !health.missing().contains(node)) {
        racks.add(registry.find(node).rack());
      }
    }
    long bytes = registry.lengthOf(chunk.id());
    OptionalInt old =
        policy.chooseOne(withOld.stream().map(PlacementNode::of).toList(), racks, bytes);
    return old.isPresent()
        ? old
        : policy.chooseOne(free.stream().map(PlacementNode::of).toList(), racks, bytes);
  }

  private boolean hasRoom(int node) {
    return copiesByNode.getOrDefault(node, 0) < bounds.maxCopiesPerNode();
  }

  private void copy(ChunkInfo chunk, int sourceId, int targetId) {
    Optional<ChainHop> source = environment.usable(sourceId);
    Optional<ChainHop> target = environment.usable(targetId);
    if (source.isEmpty() || target.isEmpty()) {
      return;
    }
    Copy copy = new Copy(sourceId, targetId, environment.nowNs());
    copies.put(chunk.id(), copy);
    count(copy, 1);
    LOG.debug(
        "Chunk {} is short of replicas on {}: it is copied from datanode {} to {}",
        chunk.id(),
        chunk.members(),
        sourceId,
        targetId);
    environment.send(
        target.get(),
        new DataRequest.Copy(
            chunk.id(),
            chunk.version(),
            target.get().incarnation(),
            environment.term(),
            source.get()),
        RepairBounds.COPY_TIMEOUT_MS,
        reply -> answered(chunk, copy, reply),
        why -> failed(chunk.id(), copy, why));
  }

  private void answered(ChunkInfo chunk, Copy copy, DataReply reply) {
    if (reply.status() == Status.SUPERSEDED) {
      hasItAlready(chunk.id(), copy, reply.detail());
      return;
    }
    if (!reply.isOk()) {
      if (reply.status() == Status.NO_SPACE) {
        foundFull(chunk.id(), copy);
      } else {
        failed(chunk.id(), copy, reply.status() + " " + reply.detail());
      }
      return;
    }
    end(chunk.id(), copy);
    done++;
    registry.installed(copy.target(), chunk.id(), 0, reply.replicaLength());
    LOG.debug(
        "Chunk {}: datanode {} has a copy of {} bytes after {} ms, and joins the chain",
        chunk.id(),
        copy.target(),
        reply.replicaLength(),
        TimeUnit.NANOSECONDS.toMillis(environment.nowNs() - copy.beganNs()));
    changes.wantWith(chunk.id(), copy.target());
  }

  /** The target gets no more copies until it tells of room; that it is full is told elsewhere. */
  private void foundFull(long chunkId, Copy copy) {
    end(chunkId, copy);
    failed++;
    notBeforeNs.put(chunkId, environment.nowNs() + PAUSE_NS);
    LOG.debug("Chunk {} found no room on datanode {}", chunkId, copy.target());
  }

  /** The target has what was to be copied, or more: what is known of it here is wrong. */
  private void hasItAlready(long chunkId, Copy copy, String detail) {
    end(chunkId, copy);
    notBeforeNs.put(chunkId, environment.nowNs() + PAUSE_NS);
    registry.wantReport(copy.target());
    LOG.debug("Chunk {} needs no copy on datanode {}: {}", chunkId, copy.target(), detail);
  }

  private void failed(long chunkId, Copy copy, String why) {
    end(chunkId, copy);
    failed++;
    notBeforeNs.put(chunkId, environment.nowNs() + PAUSE_NS);
    LOG.warn(
        "Chunk {} could not be copied from datanode {} to {}: {}. It is tried again in 10 s or"
            + " later",
        chunkId,
        copy.source(),
        copy.target(),
        why);
  }

  private void end(long chunkId, Copy copy) {
    copies.remove(chunkId, copy);
    count(copy, -1);
  }

  private void count(Copy copy, int more) {
    copiesByNode.merge(copy.source(), more, Integer::sum);
    copiesByNode.merge(copy.target(), more, Integer::sum);
  }

  /** Whether a copy of a chunk is being made: a replica that is no member's may be it. */
  public boolean isCopying(long chunkId) {
    return copies.containsKey(chunkId);
  }

  /** Chunks that wait. */
  public int waiting() {
    return queue.size();
  }

  /** Copies under way. */
  public int underWay() {
    return copies.size();
  }

  /** Copies made since the start. */
  public long done() {
    return done;
  }

  /** Copies that failed since the start. */
  public long failed() {
    return failed;
  }
}
