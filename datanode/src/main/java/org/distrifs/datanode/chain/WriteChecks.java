package org.distrifs.datanode.chain;

import java.util.List;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.proto.connection.NodeIdentity;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/** Checks of a write that need nothing but its fields. */
public final class WriteChecks {
  private WriteChecks() {}

  /**
   * Why a write cannot be right, or is not meant for this incarnation of this node; else {@code
   * null}.
   */
  static DataReply refusalOf(DataRequest.Write write, NodeIdentity self) {
    int members = write.chain().size();
    boolean isPlaced =
        write.position() >= 0
            && write.position() < members
            && members <= DataRequest.MAX_CHAIN_MEMBERS
            && (write.position() == 0) == (write.order() == 0);
    boolean isInRange =
        write.length() > 0
            && write.length() <= DataRequest.MAX_PAYLOAD_BYTES
            && write.offset() >= 0
            && write.offset() <= ChunkStore.MAX_CHUNK_BYTES - write.length();
    if (!isPlaced || !isInRange) {
      return DataReply.failure(
          Status.BAD_REQUEST,
          "%d bytes at %d with number %d at position %d of %d"
              .formatted(write.length(), write.offset(), write.order(), write.position(), members));
    }
    ChainHop addressed = write.chain().get(write.position());
    if (addressed.nodeId() != self.nodeId() || addressed.incarnation() != self.incarnation()) {
      return DataReply.failure(
          Status.WRONG_INCARNATION,
          "meant for another incarnation of node %d; this is node %d"
              .formatted(addressed.nodeId(), self.nodeId()));
    }
    return null;
  }

  static boolean isOfMembers(DataRequest.Write write, List<Integer> nodeIds) {
    if (write.chain().size() != nodeIds.size()) {
      return false;
    }
    for (int i = 0; i < nodeIds.size(); i++) {
      if (write.chain().get(i).nodeId() != nodeIds.get(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * What is answered when the next member did not answer OK. That the chain is changing is no
   * failure of anybody; a failure further behind keeps the name of its node. So does a disk that is
   * full: the status tells the client that the member is to be replaced.
   */
  public static DataReply asFailureBehind(DataReply reply, int nextNodeId) {
    return switch (reply.status()) {
      case DOWNSTREAM_FAILED, FENCED, STALE_VERSION -> reply;
      case NO_SPACE ->
          reply.failedNodeId() == 0 ? DataReply.noSpace(nextNodeId, reply.detail()) : reply;
      default ->
          DataReply.downstreamFailed(
              nextNodeId,
              "node %d answered %s: %s".formatted(nextNodeId, reply.status(), reply.detail()));
    };
  }
}
