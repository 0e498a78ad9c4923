package org.distrifs.master.liveness;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.distrifs.proto.control.CorruptBlock;

/**
 * The blocks that datanodes found not to match their checksums. A block stays listed until the same
 * incarnation of its datanode, which told it, no longer does.
 */
public final class CorruptionLedger {

  /** Blocks listed at most; more are logged, but not listed. */
  static final int MAX_LISTED = 100_000;

  /** One damaged block of one replica. */
  public record Damage(int nodeId, long chunkId, int block) {}

  /** A replica with damaged blocks. */
  private record DamagedReplica(int nodeId, long chunkId) {}

  private final Map<Damage, Long> incarnationByDamage = new HashMap<>();

  /** How many blocks of each replica are listed. */
  private final Map<DamagedReplica, Integer> replicas = new HashMap<>();

  /**
   * Takes the full list of a datanode.
   *
   * @param complete whether the list holds all that it knows; otherwise it only adds
   * @return what was not known before
   */
  List<Damage> told(int nodeId, long incarnation, Collection<CorruptBlock> list, boolean complete) {
    Set<Damage> told = new HashSet<>();
    List<Damage> fresh = new ArrayList<>();
    for (CorruptBlock each : list) {
      Damage damage = new Damage(nodeId, each.getChunkId(), each.getBlock());
      told.add(damage);
      if (add(damage, incarnation)) {
        fresh.add(damage);
      }
    }
    if (complete) {
      forgetUntold(nodeId, incarnation, told);
    }
    return fresh;
  }

  private boolean add(Damage damage, long incarnation) {
    if (incarnationByDamage.containsKey(damage)) {
      incarnationByDamage.put(damage, incarnation);
      return false;
    }
    if (incarnationByDamage.size() < MAX_LISTED) {
      incarnationByDamage.put(damage, incarnation);
      replicas.merge(replicaOf(damage), 1, Integer::sum);
    }
    return true;
  }

  private void forgetUntold(int nodeId, long incarnation, Set<Damage> told) {
    for (Iterator<Map.Entry<Damage, Long>> all = incarnationByDamage.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<Damage, Long> entry = all.next();
      if (entry.getKey().nodeId() == nodeId
          && entry.getValue() == incarnation
          && !told.contains(entry.getKey())) {
        all.remove();
        replicas.computeIfPresent(
            replicaOf(entry.getKey()), (replica, blocks) -> blocks == 1 ? null : blocks - 1);
      }
    }
  }

  /**
   * A replica was reconciled with a good one. If it is damaged still, its datanode tells it again.
   */
  void repaired(int nodeId, long chunkId) {
    if (replicas.remove(new DamagedReplica(nodeId, chunkId)) != null) {
      incarnationByDamage
          .keySet()
          .removeIf(each -> each.nodeId() == nodeId && each.chunkId() == chunkId);
    }
  }

  /** A datanode belongs to the cluster no more. */
  void forget(int nodeId) {
    incarnationByDamage.keySet().removeIf(each -> each.nodeId() == nodeId);
    replicas.keySet().removeIf(each -> each.nodeId() == nodeId);
  }

  private static DamagedReplica replicaOf(Damage damage) {
    return new DamagedReplica(damage.nodeId(), damage.chunkId());
  }

  /** How many are listed now. */
  public int size() {
    return incarnationByDamage.size();
  }

  /** Those listed now, by chunk, node and block. */
  public List<Damage> list(int limit) {
    return incarnationByDamage.keySet().stream()
        .sorted(
            Comparator.comparingLong(Damage::chunkId)
                .thenComparingInt(Damage::nodeId)
                .thenComparingInt(Damage::block))
        .limit(limit)
        .toList();
  }

  /** Whether any block of this replica is listed. */
  public boolean lists(int nodeId, long chunkId) {
    return replicas.containsKey(new DamagedReplica(nodeId, chunkId));
  }
}
