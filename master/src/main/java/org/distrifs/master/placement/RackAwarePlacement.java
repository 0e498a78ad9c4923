package org.distrifs.master.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.distrifs.proto.error.Errno;
import org.distrifs.runtime.clock.Entropy;

/**
 * As many distinct nodes as the replication asks for, on two racks at the least where there are
 * two. Each is drawn with a chance that grows with its free space and shrinks with its load: a draw
 * rather than the best one, so that a burst of new chunks does not pile up on one node.
 *
 * <p>With fewer nodes than the replication, but at least the minimum, the chain is shorter.
 */
public final class RackAwarePlacement implements PlacementPolicy {

  private final int replication;
  private final int minReplicas;
  private final long keepFreeBytes;
  private final Entropy entropy;

  /**
   * @param replication nodes of a chain, 1 to 16
   * @param minReplicas fewest nodes of a chain, at most {@code replication}
   * @param keepFreeBytes a node with no more than this counts as full
   */
  public RackAwarePlacement(int replication, int minReplicas, long keepFreeBytes, Entropy entropy) {
    if (minReplicas < 1 || minReplicas > replication) {
      throw new IllegalArgumentException(
          "at least " + minReplicas + " replicas of " + replication + " cannot be");
    }
    this.replication = replication;
    this.minReplicas = minReplicas;
    this.keepFreeBytes = keepFreeBytes;
    this.entropy = entropy;
  }

  @Override
  public Placement choose(Collection<PlacementNode> alive) {
    if (alive.size() < minReplicas) {
      return new Placement.Refused(
          Errno.EAGAIN,
          "a new chunk needs %d datanodes, and %d are alive".formatted(minReplicas, alive.size()));
    }
    List<PlacementNode> candidates =
        new ArrayList<>(
            alive.stream().filter(node -> node.availableBytes() > keepFreeBytes).toList());
    if (candidates.size() < minReplicas) {
      return new Placement.Refused(
          Errno.ENOSPC,
          "a new chunk needs %d datanodes with more than %d bytes free, and of %d alive only %d have"
              .formatted(minReplicas, keepFreeBytes, alive.size(), candidates.size()));
    }
    return new Placement.Chosen(draw(candidates));
  }

  @Override
  public OptionalInt chooseOne(Collection<PlacementNode> candidates, Set<String> racks) {
    List<PlacementNode> withSpace =
        candidates.stream().filter(node -> node.availableBytes() > keepFreeBytes).toList();
    List<PlacementNode> elsewhere =
        withSpace.stream().filter(node -> !racks.contains(node.rack())).toList();
    List<PlacementNode> eligible = elsewhere.isEmpty() || racks.size() > 1 ? withSpace : elsewhere;
    return eligible.isEmpty() ? OptionalInt.empty() : OptionalInt.of(drawOne(eligible).nodeId());
  }

  private List<Integer> draw(List<PlacementNode> candidates) {
    int wanted = Math.min(replication, candidates.size());
    List<Integer> chain = new ArrayList<>(wanted);
    Set<String> racks = new HashSet<>();
    while (chain.size() < wanted) {
      List<PlacementNode> eligible = candidates;
      if (racks.size() == 1) {
        List<PlacementNode> elsewhere =
            candidates.stream().filter(node -> !racks.contains(node.rack())).toList();
        eligible = elsewhere.isEmpty() ? candidates : elsewhere;
      }
      PlacementNode node = drawOne(eligible);
      candidates.remove(node);
      racks.add(node.rack());
      chain.add(node.nodeId());
    }
    return List.copyOf(chain);
  }

  private PlacementNode drawOne(List<PlacementNode> eligible) {
    double total = 0;
    for (PlacementNode node : eligible) {
      total += weight(node);
    }
    double point = (entropy.nextLong() >>> 11) * 0x1p-53 * total;
    for (PlacementNode node : eligible) {
      point -= weight(node);
      if (point < 0) {
        return node;
      }
    }
    return eligible.get(eligible.size() - 1);
  }

  private double weight(PlacementNode node) {
    return (double) (node.availableBytes() - keepFreeBytes) / (1 + node.load());
  }
}
