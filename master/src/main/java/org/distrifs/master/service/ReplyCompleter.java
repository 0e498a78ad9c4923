package org.distrifs.master.service;

import org.distrifs.master.chain.ChangeDriver;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;

/**
 * Adds to the state's answers what is not journalled: where the members of a chain are, whether
 * they are alive, whether the chunk can be written to, how much space there is.
 */
final class ReplyCompleter {

  private final DatanodeRegistry registry;
  private final ChangeDriver changes;
  private final ClusterSpace space;

  ReplyCompleter(DatanodeRegistry registry, ChangeDriver changes, ClusterSpace space) {
    this.registry = registry;
    this.changes = changes;
    this.space = space;
  }

  OperationReply complete(OperationReply reply) {
    boolean isFull = reply.getErrno() == Errno.ENOSPC.code();
    if (reply.getChunksCount() == 0 && !reply.hasStatistics() && !isFull) {
      return reply;
    }
    OperationReply.Builder completed = reply.toBuilder().setSpaceIsScarce(space.isScarce());
    for (int i = 0; i < completed.getChunksCount(); i++) {
      completed.setChunks(i, complete(completed.getChunks(i)));
    }
    if (reply.hasStatistics()) {
      completed.setStatistics(space.complete(reply.getStatistics()));
    }
    return completed.build();
  }

  private ChunkLocation complete(ChunkLocation location) {
    ChunkLocation.Builder completed = location.toBuilder();
    boolean writable = !changes.isChanging(location.getChunkId());
    for (int i = 0; i < completed.getMembersCount(); i++) {
      Member named = completed.getMembers(i);
      Datanode node = registry.find(named.getNodeId());
      // One that is back in the middle of a change without it must not be found by readers.
      boolean isKnown =
          node != null && !changes.isLeftOut(location.getChunkId(), named.getNodeId());
      if (isKnown) {
        completed.setMembers(i, node.member());
      }
      writable &=
          node != null && node.isAlive() && !registry.isSuspect(node.id(), location.getChunkId());
    }
    return completed.setWritable(writable).build();
  }

  /** Where a chunk is, as the journal and the registry know it now. */
  ChunkLocation locate(ChunkInfo chunk) {
    ChunkLocation.Builder location =
        ChunkLocation.newBuilder()
            .setIndex(chunk.index())
            .setChunkId(chunk.id())
            .setVersion(chunk.version())
            .setFresh(chunk.fresh())
            .setLossyVersion(chunk.lossyVersion());
    chunk.members().forEach(id -> location.addMembers(Member.newBuilder().setNodeId(id)));
    return complete(location.build());
  }
}
