package org.distrifs.master.service;

import java.util.List;
import java.util.Optional;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.NodeLife;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.GetAttributes;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;

/**
 * Refuses a truncation before it is journalled when the chunk at its edge could not be cut now: a
 * journalled one has to be carried out, and until then the file takes no writes.
 */
final class CutGuard {

  private final MasterState state;
  private final DatanodeRegistry registry;

  CutGuard(MasterState state, DatanodeRegistry registry) {
    this.state = state;
    this.registry = registry;
  }

  /**
   * Why it cannot be done now: EAGAIN if a member may come back soon, EIO if one is away, empty if
   * nothing is in the way.
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
    for (int id : members) {
      Datanode node = registry.find(id);
      if (node == null || !node.isAlive()) {
        boolean mayComeBack = node != null && node.life() == NodeLife.UNKNOWN;
        return Optional.of(
            Replies.failure(
                mayComeBack ? Errno.EAGAIN : Errno.EIO,
                "cannot cut chunk %d: %s, a member of its chain, is away"
                    .formatted(chunk.id(), node == null ? "datanode " + id : node)));
      }
    }
    return Optional.empty();
  }
}
