package org.distrifs.datanode.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.LongConsumer;
import org.distrifs.datanode.store.FileBlocks;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.proto.connection.ChunkRequestHandler;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.Status;

/**
 * A request and the way of its answer, measured. If the incarnation that it names has ended
 * meanwhile, it is answered with WRONG_INCARNATION whatever its result was: the chain may have
 * changed without this node.
 */
final class Exchange {
  private static final int[] NO_CHECKSUMS = {};

  private final ChunkRequestHandler.Answer answer;
  private final RequestMetrics metrics;
  private final ServerContext context;
  private final long incarnation;
  private final RequestMetrics.Kind kind;
  private final int requestBytes;
  private final long startNs;

  Exchange(
      ChunkRequestHandler.Answer answer,
      RequestMetrics metrics,
      ServerContext context,
      RequestMetrics.Kind kind,
      int requestBytes) {
    this.answer = answer;
    this.metrics = metrics;
    this.context = context;
    this.incarnation = context.incarnation();
    this.kind = kind;
    this.requestBytes = requestBytes;
    this.startNs = metrics.begin(requestBytes);
  }

  void reply(DataReply reply) {
    reply(reply, Unpooled.EMPTY_BUFFER);
  }

  /** Answers with a payload, which passes. */
  void reply(DataReply reply, ByteBuf payload) {
    if (reply.isOk() && isOfAnEndedLife()) {
      payload.release();
      replyThatLifeHasEnded();
      return;
    }
    metrics.end(kind, reply.status(), requestBytes, payload.readableBytes(), startNs);
    answer.reply(reply, payload);
  }

  /**
   * Answers with bytes of a file.
   *
   * @param sent as of {@link ChunkRequestHandler.Answer#replyFromFile}
   */
  void reply(DataReply reply, FileBlocks blocks, LongConsumer sent) {
    if (isOfAnEndedLife()) {
      sent.accept(0);
      replyThatLifeHasEnded();
      return;
    }
    metrics.end(kind, reply.status(), requestBytes, blocks.lengthBytes(), startNs);
    answer.replyFromFile(
        reply, blocks.file().transferable(), blocks.position(), blocks.lengthBytes(), sent);
  }

  private boolean isOfAnEndedLife() {
    return incarnation != context.incarnation();
  }

  private void replyThatLifeHasEnded() {
    reply(
        DataReply.failure(
            Status.WRONG_INCARNATION,
            "node " + context.nodeId() + " was without a lease for too long meanwhile"));
  }

  /** Success, with the state of the replica. */
  static DataReply okWith(ReplicaState state) {
    return okWith(state, NO_CHECKSUMS);
  }

  /** Success, with the state of the replica and the number of bytes copied, for the log. */
  static DataReply okAfterCopying(ReplicaState state, long bytes) {
    return okWith(state, NO_CHECKSUMS, "copied " + bytes + " bytes that differed");
  }

  static DataReply okWith(ReplicaState state, int[] checksums) {
    return okWith(state, checksums, "");
  }

  private static DataReply okWith(ReplicaState state, int[] checksums, String detail) {
    return new DataReply(
        Status.OK,
        0,
        detail,
        state.version(),
        state.lengthBytes(),
        state.lastOrder(),
        state.dirty(),
        state.suspect(),
        state.sameBoot(),
        checksums);
  }
}
