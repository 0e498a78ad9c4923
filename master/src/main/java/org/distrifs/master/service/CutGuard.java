package org.distrifs.master.service;

import java.util.List;
import java.util.Optional;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.Liveness;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.GetAttributes;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;

/**
 * Refuses a truncation before it is journalled when the chunk at its edge could not be cut now,
 * since too few members are there: a journalled one has to be carried out, and until then the file
 * takes no writes. With enough of them the change that cuts leaves the others out.
 */
final class CutGuard {

  private final MasterState state;
  private final DatanodeRegistry registry;
  private final int minReplicas;

  CutGuard(MasterState state, DatanodeRegistry registry, int minReplicas) {
    this.state = state;
    this.registry = registry;
    this.minReplicas = minReplicas;
  }

  /**
   * Why it cannot be done now: EAGAIN if a member may come back soon, EIO if too many are away;
   * empty if it can.
   */
  Optional<OperationReply> obstacle(SetAttributes asked) {
    if (!asked.hasSize()) {
      return Optional.empty();
    }
    return boundaryChunk(asked.getInode(), asked.getSize())
        .flatMap(chunk -> obstacleOf(chunk, chunk.members()));
  }

  /** The chunk that a truncation to this size has to shorten. */
  private Optional<ChunkInfo> boundaryChunk(long inode, long newSize) {
    OperationReply reply =
        state.read(
            0,
            Operation.newBuilder()
                .setGetAttributes(GetAttributes.newBuilder().setInode(inode))
                .build());
    Attributes attributes = reply.getAttributes();
    long chunkSize = attributes.getChunkSizeBytes();
    boolean cutsInside =
        reply.getErrno() == 0
            && chunkSize > 0
            && Long.compareUnsigned(newSize, attributes.getSize()) < 0
            && newSize % chunkSize != 0;
    if (!cutsInside) {
      return Optional.empty();
    }
    long index = newSize / chunkSize;
    return state.chunksOf(inode, index, 1).stream()
        .filter(chunk -> chunk.index() == index)
        .findFirst();
  }

  private Optional<OperationReply> obstacleOf(ChunkInfo chunk, List<Integer> members) {
    List<Integer> away = members.stream().filter(id -> !registry.isAlive(id)).toList();
    int required = Math.min(minReplicas, members.size());
    if (members.size() - away.size() >= required) {
      return Optional.empty();
    }
    boolean mayComeBack = away.stream().map(registry::find).anyMatch(CutGuard::wasNotHeardYet);
    return Optional.of(
        Replies.failure(
            mayComeBack ? Errno.EAGAIN : Errno.EIO,
            "cannot cut chunk %d: of its chain %s, %s are away, and %d have to be there"
                .formatted(chunk.id(), members, away, required)));
  }

  private static boolean wasNotHeardYet(Datanode node) {
    return node != null && node.liveness() == Liveness.UNKNOWN;
  }
}
