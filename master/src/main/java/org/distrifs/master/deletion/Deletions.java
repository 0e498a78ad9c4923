package org.distrifs.master.deletion;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayFIFOQueue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.deletion.DeletionRules.Verdict;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.Replica;
import org.distrifs.proto.control.DeleteReplicas;
import org.distrifs.proto.control.NodeCommand;
import org.distrifs.proto.control.QuarantineReplicas;
import org.distrifs.proto.control.ReplicaName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds replicas that may go, after each report of a datanode, and tells the datanode with its next
 * heartbeats. What a rule allowed when it was found is asked again when the command leaves.
 */
public final class Deletions {

  /** Replicas in one command at most. */
  static final int MAX_IN_COMMAND = 1024;

  /** Replicas that are looked at in one step, so that a step stays short. */
  static final int SLICE = 4000;

  private static final Logger LOG = LoggerFactory.getLogger(Deletions.class);

  /**
   * How long an order may take until its replica is gone from the reports; then it is given again,
   * for it may have been lost on its way, or refused.
   */
  private static final long ORDER_BOUND_NS = TimeUnit.MINUTES.toNanos(1);

  /** The walk through what one datanode reported. */
  private static final class Walk {
    private long[] chunkIds = {};
    private int at;
    private long reportNs;
    private boolean begun;
    private final LongArrayFIFOQueue found = new LongArrayFIFOQueue();

    /** Named in commands and not known to be gone: when, by chunk. */
    private final Long2LongOpenHashMap toldNs = new Long2LongOpenHashMap();
  }

  private final DatanodeRegistry registry;
  private final DeletionRules rules;
  private final Map<Integer, Walk> walks = new HashMap<>();
  private long deleted;

  /**
   * @param replication members of a full chain
   */
  public Deletions(DeletionFacts facts, DatanodeRegistry registry, int replication) {
    this.registry = registry;
    this.rules = new DeletionRules(facts, registry, replication);
  }

  /** Goes on a little. To be called several times a second, when deletions are permitted. */
  public void tick(long nowNs) {
    int left = SLICE;
    for (Datanode node : registry.nodes()) {
      if (node.isAlive() && node.hasReported() && left > 0) {
        left -= goOn(node, left, nowNs);
      }
    }
  }

  private int goOn(Datanode node, int limit, long nowNs) {
    Walk walk = walks.computeIfAbsent(node.id(), unused -> new Walk());
    boolean isThrough = walk.at == walk.chunkIds.length;
    boolean isNew = !walk.begun || walk.reportNs != node.confirmedNs();
    if (isThrough && isNew && walk.found.isEmpty()) {
      begin(walk, node, nowNs);
    }
    int end = Math.min(walk.chunkIds.length, walk.at + limit);
    int looked = end - walk.at;
    for (; walk.at < end; walk.at++) {
      long chunkId = walk.chunkIds[walk.at];
      Replica replica = node.replica(chunkId);
      boolean mayGo = replica != null && rules.verdict(node, chunkId, replica) != Verdict.STAYS;
      if (mayGo && !walk.toldNs.containsKey(chunkId)) {
        walk.found.enqueue(chunkId);
      }
    }
    return looked;
  }

  private void begin(Walk walk, Datanode node, long nowNs) {
    long before = walk.toldNs.size();
    walk.toldNs.keySet().removeIf((long chunkId) -> node.replica(chunkId) == null);
    deleted += before - walk.toldNs.size();
    walk.toldNs.values().removeIf((long toldNs) -> nowNs - toldNs > ORDER_BOUND_NS);
    walk.begun = true;
    walk.reportNs = node.confirmedNs();
    walk.chunkIds = node.reportedChunkIds();
    walk.at = 0;
  }

  /**
   * What a datanode is to delete, or to put into quarantine, now.
   *
   * @param term of this master
   */
  public List<NodeCommand> commandsFor(int nodeId, long term, long nowNs) {
    Walk walk = walks.get(nodeId);
    Datanode node = registry.find(nodeId);
    if (walk == null || node == null || walk.found.isEmpty()) {
      return List.of();
    }
    DeleteReplicas.Builder delete = DeleteReplicas.newBuilder().setTerm(term);
    QuarantineReplicas.Builder quarantine = QuarantineReplicas.newBuilder().setTerm(term);
    int named = 0;
    while (!walk.found.isEmpty() && named < MAX_IN_COMMAND) {
      long chunkId = walk.found.dequeueLong();
      Replica replica = node.replica(chunkId);
      Verdict verdict = replica == null ? Verdict.STAYS : rules.verdict(node, chunkId, replica);
      if (verdict == Verdict.STAYS) {
        continue;
      }
      ReplicaName name =
          ReplicaName.newBuilder().setChunkId(chunkId).setVersion(replica.version()).build();
      if (verdict == Verdict.TO_TRASH) {
        delete.addReplicas(name);
      } else {
        quarantine.addReplicas(name);
      }
      walk.toldNs.put(chunkId, nowNs);
      named++;
    }
    List<NodeCommand> commands = new ArrayList<>();
    if (delete.getReplicasCount() > 0) {
      LOG.debug(
          "{} is to delete {} replicas that no chain needs, from chunk {} on",
          node,
          delete.getReplicasCount(),
          delete.getReplicas(0).getChunkId());
      commands.add(NodeCommand.newBuilder().setDeleteReplicas(delete).build());
    }
    if (quarantine.getReplicasCount() > 0) {
      LOG.warn(
          "{} is to put {} replicas into quarantine that belong to what a rollback lost, from chunk {} on",
          node,
          quarantine.getReplicasCount(),
          quarantine.getReplicas(0).getChunkId());
      commands.add(NodeCommand.newBuilder().setQuarantineReplicas(quarantine).build());
    }
    return commands;
  }

  /** Forgets what was found on a datanode that belongs to the cluster no more. */
  public void forget(int nodeId) {
    walks.remove(nodeId);
  }

  /** Replicas that are gone since the start. */
  public long deleted() {
    return deleted;
  }

  /** Replicas that are known to be there for nothing. */
  public long toDelete() {
    return walks.values().stream().mapToLong(walk -> walk.found.size() + walk.toldNs.size()).sum();
  }
}
