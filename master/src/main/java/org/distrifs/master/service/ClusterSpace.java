package org.distrifs.master.service;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.ToLongFunction;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.placement.ChainCapacity;
import org.distrifs.master.placement.PlacementNode;
import org.distrifs.master.placement.PlacementPolicy;
import org.distrifs.proto.control.FileSystemStatistics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much room there is, in the cluster and on each datanode, and what follows from little of it.
 * {@code docs/space.md} has the reasons. Belongs to the master's loop, but for {@link #warnings}.
 */
final class ClusterSpace {

  /** More than a client accepts before it has heard that room is scarce. */
  private static final long SCARCE_BYTES_PER_SESSION = 128L << 20;

  private static final int SESSIONS_AT_LEAST = 2;

  /** Of its total: a node with less than this share left is nearly full. */
  private static final int NEARLY_FULL_DIVISOR = 20;

  /** Of its total: so much more has to be left before a node is called better than it was. */
  private static final int RECOVERED_DIVISOR = 50;

  /** Instead of {@link #writableBytes}: to be looked up when it is asked for. */
  private static final long UNKNOWN = -1;

  private static final Logger LOG = LoggerFactory.getLogger(ClusterSpace.class);

  /** How full a datanode is. */
  enum Room {
    ENOUGH("enough"),
    /** A twentieth of its disk, or less, can still be written. */
    NEARLY_FULL("nearly full"),
    /** It gets no new replicas. */
    FULL("full");

    private final String word;

    Room(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  private final DatanodeRegistry registry;
  private final PlacementPolicy policy;
  private final int replication;
  private final int minReplicas;
  private final long keepFreeBytes;
  private final IntSupplier sessions;
  private final BooleanSupplier garbage;
  private final Map<Integer, Room> rooms = new HashMap<>();
  private long writableBytes = UNKNOWN;
  private volatile List<String> warnings = List.of();

  /**
   * @param sessions how many clients there are
   * @param garbage whether removed files still have replicas, which are being deleted
   */
  ClusterSpace(
      DatanodeRegistry registry,
      PlacementPolicy policy,
      ServiceSettings settings,
      IntSupplier sessions,
      BooleanSupplier garbage) {
    this.registry = registry;
    this.policy = policy;
    this.replication = settings.replication();
    this.minReplicas = settings.minReplicas();
    this.keepFreeBytes = settings.keepFreeBytes();
    this.sessions = sessions;
    this.garbage = garbage;
  }

  /** Takes note of what datanodes told. To be called several times a second. */
  void tick() {
    Collection<PlacementNode> alive = alive();
    // With too few nodes it is not remembered: the next one that is heard changes it at once.
    writableBytes = alive.size() < minReplicas ? UNKNOWN : policy.writableBytes(alive);
    List<String> told = new ArrayList<>();
    for (Datanode node : registry.nodes()) {
      if (!node.isAlive()) {
        rooms.remove(node.id());
        continue;
      }
      Room before = rooms.getOrDefault(node.id(), Room.ENOUGH);
      Room now = roomOf(node, before);
      rooms.put(node.id(), now);
      if (now != before) {
        tell(node, before, now);
      }
      if (now != Room.ENOUGH) {
        told.add("%s is %s: %d bytes can be written".formatted(node, now.word(), roomBytes(node)));
      }
    }
    warnings = List.copyOf(told);
  }

  private static void tell(Datanode node, Room before, Room now) {
    if (now.compareTo(before) > 0) {
      LOG.warn(
          "{} is {}: {} of its {} bytes are free, {} of them for new replicas",
          node,
          now.word(),
          node.freeBytes(),
          node.totalBytes(),
          node.availableBytes());
    } else {
      LOG.info("{} has room again: {} bytes for new replicas", node, node.availableBytes());
    }
  }

  private long roomBytes(Datanode node) {
    return Math.max(0, node.availableBytes() - keepFreeBytes);
  }

  /** What a node is called better than before only when it has clearly more room than it needs. */
  private Room roomOf(Datanode node, Room before) {
    long room = roomBytes(node);
    long recovered = node.totalBytes() / RECOVERED_DIVISOR;
    long nearlyFull = node.totalBytes() / NEARLY_FULL_DIVISOR;
    if (room <= (before == Room.FULL ? recovered : 0)) {
      return Room.FULL;
    }
    return room < (before == Room.ENOUGH ? nearlyFull : nearlyFull + recovered)
        ? Room.NEARLY_FULL
        : Room.ENOUGH;
  }

  /** How full an alive datanode is, as of the last tick. */
  Room roomOf(Datanode node) {
    return rooms.getOrDefault(node.id(), Room.ENOUGH);
  }

  /** How many alive datanodes are so full. */
  long count(Room room) {
    return rooms.values().stream().filter(each -> each == room).count();
  }

  /** Sentences on datanodes that are full, or nearly. Any thread. */
  List<String> warnings() {
    return warnings;
  }

  /** Bytes that can be written, each counted once. */
  long writableBytes() {
    return writableBytes == UNKNOWN ? policy.writableBytes(alive()) : writableBytes;
  }

  /**
   * Whether so little is left that clients may have accepted more in their memory than there is
   * room for: then writes are to reach the datanodes before they are accepted. Not while fewer
   * datanodes are alive than a chain needs: it is not room that is missing, and each write would
   * wait for them.
   */
  boolean isScarce() {
    return registry.nodes().stream().filter(Datanode::isAlive).count() >= minReplicas
        && writableBytes()
            < SCARCE_BYTES_PER_SESSION * Math.max(SESSIONS_AT_LEAST, sessions.getAsInt());
  }

  /** Whether replicas of removed files are being deleted, which gives room back within seconds. */
  boolean isComingBack() {
    return garbage.getAsBoolean();
  }

  /**
   * Whether a datanode is to tell at once what it holds, so that what is for nothing there is
   * deleted without waiting for its next report.
   */
  boolean needsReportOf(Datanode node) {
    return isComingBack() && (roomOf(node) != Room.ENOUGH || isScarce());
  }

  private Collection<PlacementNode> alive() {
    return registry.nodes().stream().filter(Datanode::isAlive).map(PlacementNode::of).toList();
  }

  /** Adds what the state does not know. */
  FileSystemStatistics complete(FileSystemStatistics statistics) {
    long available = policy.writableBytes(alive());
    return statistics.toBuilder()
        .setTotalBytes(inChains(Datanode::totalBytes))
        .setFreeBytes(Math.max(available, inChains(Datanode::freeBytes)))
        .setAvailableBytes(available)
        .build();
  }

  /** Of each byte that all chains together could hold, one replica. */
  private long inChains(ToLongFunction<Datanode> bytes) {
    long[] ofNodes = registry.nodes().stream().filter(Datanode::isAlive).mapToLong(bytes).toArray();
    return ChainCapacity.bytes(ofNodes, Math.min(replication, ofNodes.length));
  }
}
