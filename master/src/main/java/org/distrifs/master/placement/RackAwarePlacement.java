package org.distrifs.master.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import org.distrifs.proto.error.Errno;
import org.distrifs.runtime.clock.Entropy;

/**
 * As many distinct nodes as the replication asks for, on two racks at the least where there are
 * two. Each is drawn with a chance that grows with its free space and shrinks with its load: a draw
 * rather than the best one, so that a burst of new chunks does not pile up on one node.
 *
 * <p>With fewer nodes alive than the replication, but at least the minimum, the chain is shorter.
 * Nodes that are full do not make it shorter: then there is no space.
 *
 * <p>A node of which all space is promised is taken only if there are too few others: what was
 * promised is an upper bound, of which small files need next to nothing.
 */
public final class RackAwarePlacement implements PlacementPolicy {

  private final int replication;
  private final int minReplicas;
  private final long keepFreeBytes;
  private final Entropy entropy;

  /**
   * @param replication nodes of a chain, 1 to 16
   * @param minReplicas fewest nodes of a chain, at most {@code replication}
   * @param keepFreeBytes a node with no more than this for new replicas counts as full
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
    int wanted = wanted(alive);
    List<PlacementNode> withSpace = only(alive, node -> node.availableBytes() > keepFreeBytes);
    if (withSpace.size() < wanted) {
      return new Placement.Refused(
          Errno.ENOSPC,
          "a new chunk needs %d datanodes with more than %d bytes for new replicas, and of %d alive only %d have"
              .formatted(wanted, keepFreeBytes, alive.size(), withSpace.size()));
    }
    List<PlacementNode> unpromised = only(withSpace, node -> unpromisedBytes(node) > 0);
    return new Placement.Chosen(draw(unpromised.size() < wanted ? withSpace : unpromised, wanted));
  }

  private int wanted(Collection<PlacementNode> alive) {
    return Math.min(replication, alive.size());
  }

  private static List<PlacementNode> only(
      Collection<PlacementNode> nodes, Predicate<PlacementNode> condition) {
    return new ArrayList<>(nodes.stream().filter(condition).toList());
  }

  private long unpromisedBytes(PlacementNode node) {
    return node.availableBytes() - keepFreeBytes - node.promisedBytes();
  }

  @Override
  public long writableBytes(Collection<PlacementNode> alive) {
    if (alive.size() < minReplicas) {
      return 0;
    }
    long[] rooms =
        alive.stream()
            .mapToLong(node -> Math.max(0, node.availableBytes() - keepFreeBytes))
            .toArray();
    return ChainCapacity.bytes(rooms, wanted(alive));
  }

  @Override
  public OptionalInt chooseOne(
      Collection<PlacementNode> candidates, Set<String> racks, long bytes) {
    List<PlacementNode> withSpace =
        only(candidates, node -> node.availableBytes() - keepFreeBytes > bytes);
    List<PlacementNode> elsewhere =
        withSpace.stream().filter(node -> !racks.contains(node.rack())).toList();
    List<PlacementNode> eligible = elsewhere.isEmpty() || racks.size() > 1 ? withSpace : elsewhere;
    return eligible.isEmpty() ? OptionalInt.empty() : OptionalInt.of(drawOne(eligible).nodeId());
  }

  private List<Integer> draw(List<PlacementNode> candidates, int wanted) {
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
