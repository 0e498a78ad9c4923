package org.distrifs.master.deletion;

import it.unimi.dsi.fastutil.longs.LongArrayFIFOQueue;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.Replica;
import org.distrifs.proto.control.DeleteReplicas;
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

  /** The walk through what one datanode reported. */
  private static final class Walk {
    private long[] chunkIds = {};
    private int at;
    private long reportNs;
    private boolean begun;
    private final LongArrayFIFOQueue found = new LongArrayFIFOQueue();

    /** Named in commands, and not known to be gone. */
    private final LongOpenHashSet told = new LongOpenHashSet();
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
  public void tick() {
    int left = SLICE;
    for (Datanode node : registry.nodes()) {
      if (node.isAlive() && node.hasReported() && left > 0) {
        left -= goOn(node, left);
      }
    }
  }

  private int goOn(Datanode node, int limit) {
    Walk walk = walks.computeIfAbsent(node.id(), unused -> new Walk());
    boolean isThrough = walk.at == walk.chunkIds.length;
    boolean isNew = !walk.begun || walk.reportNs != node.confirmedNs();
    if (isThrough && isNew && walk.found.isEmpty()) {
      begin(walk, node);
    }
    int end = Math.min(walk.chunkIds.length, walk.at + limit);
    int looked = end - walk.at;
    for (; walk.at < end; walk.at++) {
      long chunkId = walk.chunkIds[walk.at];
      Replica replica = node.replica(chunkId);
      if (replica != null && rules.mayGo(node, chunkId, replica)) {
        walk.found.enqueue(chunkId);
      }
    }
    return looked;
  }

  private void begin(Walk walk, Datanode node) {
    walk.told.forEach(chunkId -> deleted += node.replica(chunkId) == null ? 1 : 0);
    walk.told.clear();
    walk.begun = true;
    walk.reportNs = node.confirmedNs();
    walk.chunkIds = node.reportedChunkIds();
    walk.at = 0;
  }

  /**
   * What a datanode is to delete now.
   *
   * @param term of this master
   */
  public Optional<DeleteReplicas> commandFor(int nodeId, long term) {
    Walk walk = walks.get(nodeId);
    Datanode node = registry.find(nodeId);
    if (walk == null || walk.found.isEmpty()) {
      return Optional.empty();
    }
    DeleteReplicas.Builder command = DeleteReplicas.newBuilder().setTerm(term);
    while (!walk.found.isEmpty() && command.getReplicasCount() < MAX_IN_COMMAND) {
      long chunkId = walk.found.dequeueLong();
      Replica replica = node.replica(chunkId);
      if (replica != null && rules.mayGo(node, chunkId, replica)) {
        command.addReplicas(
            ReplicaName.newBuilder().setChunkId(chunkId).setVersion(replica.version()));
        walk.told.add(chunkId);
      }
    }
    if (command.getReplicasCount() == 0) {
      return Optional.empty();
    }
    LOG.info(
        "{} is to delete {} replicas that no chain needs, from chunk {} on",
        node,
        command.getReplicasCount(),
        command.getReplicas(0).getChunkId());
    return Optional.of(command.build());
  }

  /** Replicas that are gone since the start. */
  public long deleted() {
    return deleted;
  }

  /** Replicas that are known to be there for nothing. */
  public long toDelete() {
    return walks.values().stream().mapToLong(walk -> walk.found.size() + walk.told.size()).sum();
  }
}
