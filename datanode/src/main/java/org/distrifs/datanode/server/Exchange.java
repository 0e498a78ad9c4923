package org.distrifs.datanode.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.distrifs.datanode.store.FileBlocks;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.proto.connection.ChunkRequestHandler;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.Status;

/** One request on its way to its answer, measured. */
final class Exchange {
  private static final int[] NO_CHECKSUMS = {};

  private final ChunkRequestHandler.Answer answer;
  private final RequestMetrics metrics;
  private final RequestMetrics.Kind kind;
  private final int requestBytes;
  private final long startNs;

  Exchange(
      ChunkRequestHandler.Answer answer,
      RequestMetrics metrics,
      RequestMetrics.Kind kind,
      int requestBytes) {
    this.answer = answer;
    this.metrics = metrics;
    this.kind = kind;
    this.requestBytes = requestBytes;
    this.startNs = metrics.begin(requestBytes);
  }

  void reply(DataReply reply) {
    reply(reply, Unpooled.EMPTY_BUFFER);
  }

  /** Answers with a payload, which passes. */
  void reply(DataReply reply, ByteBuf payload) {
    metrics.end(kind, reply.status(), requestBytes, payload.readableBytes(), startNs);
    answer.reply(reply, payload);
  }

  /** Answers with bytes of a file. */
  void reply(DataReply reply, FileBlocks blocks) {
    metrics.end(kind, reply.status(), requestBytes, blocks.lengthBytes(), startNs);
    answer.replyFromFile(
        reply,
        blocks.file().transferable(),
        blocks.position(),
        blocks.lengthBytes(),
        blocks.release());
  }

  /** Success, with the state of the replica. */
  static DataReply okWith(ReplicaState state) {
    return okWith(state, NO_CHECKSUMS);
  }

  static DataReply okWith(ReplicaState state, int[] checksums) {
    return new DataReply(
        Status.OK,
        0,
        "",
        state.version(),
        state.lengthBytes(),
        state.lastOrder(),
        state.dirty(),
        state.suspect(),
        state.sameBoot(),
        checksums);
  }
}
