package org.distrifs.master.service;

import java.util.Map;
import java.util.OptionalInt;
import org.distrifs.master.chain.ChangeDriver;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.runtime.bounded.BoundedMap;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Members of chains that refuse writes because their disk is full: another datanode takes their
 * place, so that the write goes on there. Belongs to the master's loop.
 */
final class FullMembers {

  /** Chunks whose writers wait for room that are remembered at once. */
  private static final int MAX_WAITING = 10_000;

  private final DatanodeRegistry registry;
  private final ChunkPlacement placement;
  private final ChangeDriver changes;
  private final ClusterSpace space;
  private final int replication;
  private final ClockSource clock;

  /** Since when writers of a chunk wait for removed files to give room back. */
  private final Map<Long, Long> waitingSinceNs = BoundedMap.byAge(MAX_WAITING);

  FullMembers(
      DatanodeRegistry registry,
      ChunkPlacement placement,
      ChangeDriver changes,
      ClusterSpace space,
      int replication,
      ClockSource clock) {
    this.registry = registry;
    this.placement = placement;
    this.changes = changes;
    this.space = space;
    this.replication = replication;
    this.clock = clock;
  }

  /**
   * A member of a chunk has no room for a write.
   *
   * @return whether the writer is to try again; false if there is no room for it anywhere
   */
  boolean replace(int fullNodeId, ChunkInfo chunk) {
    registry.refusedForSpace(fullNodeId);
    if (changes.isChanging(chunk.id())) {
      return true;
    }
    if (chunk.members().size() > replication) {
      changes.wantWithout(chunk.id(), fullNodeId);
      return true;
    }
    OptionalInt other = placement.inPlaceOf(fullNodeId, chunk);
    if (other.isPresent()) {
      changes.wantInstead(chunk.id(), fullNodeId, other.getAsInt());
      waitingSinceNs.remove(chunk.id());
      return true;
    }
    return isWorthWaiting(chunk.id());
  }

  private boolean isWorthWaiting(long chunkId) {
    long nowNs = clock.monotonicNs();
    long sinceNs = waitingSinceNs.computeIfAbsent(chunkId, unused -> nowNs);
    boolean isWorthIt =
        space.isComingBack() && nowNs - sinceNs < MetadataOperations.WAIT_FOR_ROOM_NS;
    if (!isWorthIt) {
      waitingSinceNs.remove(chunkId);
    }
    return isWorthIt;
  }
}
