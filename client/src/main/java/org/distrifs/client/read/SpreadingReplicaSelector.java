package org.distrifs.client.read;

import it.unimi.dsi.fastutil.HashCommon;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Member;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Spreads chunks over their replicas by hash, unless one of them is much slower than the best or
 * has failed in the last seconds. All readers of a chunk start with the same replica, whose page
 * cache then serves them.
 */
public final class SpreadingReplicaSelector implements ReplicaSelector {
  private static final long AVOID_NS = TimeUnit.SECONDS.toNanos(5);

  /** A replica this many times slower than the best is not asked first. */
  private static final int MUCH_SLOWER = 4;

  /** Below this, differences of latency are noise. */
  private static final double NOISE_NS = 2_000_000;

  private static final double WEIGHT_OF_NEWEST = 0.2;

  /** A slow node is tried again after this time: else it could never show that it is fast again. */
  private static final long FORGIVEN_AFTER_NS = TimeUnit.SECONDS.toNanos(10);

  private static final long MIN_HEDGE_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final class Node {
    private volatile double latencyNs;
    private volatile long measuredNs;
    private volatile boolean avoided;
    private volatile long avoidUntilNs;
  }

  private final ClockSource clock;
  private final ConcurrentHashMap<Integer, Node> nodes = new ConcurrentHashMap<>();

  public SpreadingReplicaSelector(ClockSource clock) {
    this.clock = clock;
  }

  @Override
  public List<Member> order(ChunkLocation location) {
    List<Member> members = location.getMembersList();
    double best = members.stream().mapToDouble(this::latencyNs).min().orElse(0);
    int start = Math.floorMod(HashCommon.mix(location.getChunkId()), Math.max(1, members.size()));
    List<Member> order = new ArrayList<>(members.size());
    for (int i = 0; i < members.size(); i++) {
      order.add(members.get((start + i) % members.size()));
    }
    // Stable: what is equally good stays in the order of the hash.
    order.sort(Comparator.comparingInt(member -> penalty(member, best)));
    return order;
  }

  private int penalty(Member member, double best) {
    int penalty = member.getAlive() && member.getIncarnation() != 0 ? 0 : 4;
    Node node = nodes.get(member.getNodeId());
    if (node != null && node.avoided && clock.monotonicNs() - node.avoidUntilNs < 0) {
      penalty += 2;
    }
    return latencyNs(member) > Math.max(NOISE_NS, best * MUCH_SLOWER) ? penalty + 1 : penalty;
  }

  private double latencyNs(Member member) {
    Node node = nodes.get(member.getNodeId());
    boolean known = node != null && clock.monotonicNs() - node.measuredNs < FORGIVEN_AFTER_NS;
    return known ? node.latencyNs : 0;
  }

  @Override
  public void answered(int nodeId, long latencyNs) {
    Node node = node(nodeId);
    double known = node.latencyNs;
    // A lost update of two racing answers costs one sample.
    node.latencyNs = known == 0 ? latencyNs : known + WEIGHT_OF_NEWEST * (latencyNs - known);
    node.measuredNs = clock.monotonicNs();
  }

  @Override
  public void overtaken(int nodeId) {
    avoid(node(nodeId));
  }

  @Override
  public long hedgeAfterNs(int nodeId) {
    Node node = nodes.get(nodeId);
    return node == null
        ? MIN_HEDGE_NS
        : Math.max(MIN_HEDGE_NS, (long) (MUCH_SLOWER * node.latencyNs));
  }

  @Override
  public void failed(int nodeId) {
    Node node = node(nodeId);
    avoid(node);
    // Forget a latency measured before: it is to be tried afresh.
    node.latencyNs = 0;
  }

  private void avoid(Node node) {
    node.avoidUntilNs = clock.monotonicNs() + AVOID_NS;
    node.avoided = true;
  }

  private Node node(int nodeId) {
    return nodes.computeIfAbsent(nodeId, id -> new Node());
  }
}
