package org.distrifs.datanode.server;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.distrifs.datanode.chain.WriteChecks;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;

/**
 * Makes a chunk durable on this member and on all behind it, for a write that asks for a sync and
 * was applied before. Such a write is not sent on: the members behind know its number, which a head
 * does not remember. So each of them gets a SYNC.
 */
final class ChainSync {
  private final ServerContext context;
  private final DataRequest.Write write;

  ChainSync(ServerContext context, DataRequest.Write write) {
    this.context = context;
    this.write = write;
  }

  /** Completes with OK when all have answered that, else with what is to be told of the first. */
  CompletableFuture<DataReply> run() {
    CompletableFuture<DataReply> all =
        context
            .store()
            .sync(write.chunkId())
            .handle(
                (nothing, failure) -> failure == null ? DataReply.ok() : Failures.replyTo(failure));
    List<ChainHop> chain = write.chain();
    for (ChainHop behind : chain.subList(write.position() + 1, chain.size())) {
      all = all.thenCombine(sync(behind), (before, reply) -> before.isOk() ? reply : before);
    }
    return all;
  }

  private CompletableFuture<DataReply> sync(ChainHop behind) {
    PeerAddress peer = new PeerAddress(behind.host(), behind.port());
    DataRequest.Sync request =
        new DataRequest.Sync(write.chunkId(), write.version(), behind.incarnation());
    return context
        .transport()
        .send(peer, request, null, context.hopTimeoutMs())
        .handle((answer, failure) -> replyOf(behind, answer, failure));
  }

  private static DataReply replyOf(ChainHop behind, ChunkAnswer answer, Throwable failure) {
    if (answer != null) {
      answer.payload().release();
    }
    DataReply reply = answer != null ? answer.reply() : Failures.replyTo(failure);
    return reply.isOk() ? reply : WriteChecks.asFailureBehind(reply, behind.nodeId());
  }
}
