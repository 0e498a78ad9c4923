package org.distrifs.datanode.server;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/**
 * What a replica that is to be made equal to another member's asks that member for.
 *
 * @param version the one under which both are fenced, or the one under which the source serves
 * @param fenced whether the source is fenced under that version
 */
record SourceReads(
    ServerContext context, long chunkId, int version, ChainHop source, boolean fenced) {

  private static final int EXCHANGE_TIMEOUT_MS = 10_000;

  /** What is done with an answer; its payload is released afterwards. */
  @FunctionalInterface
  interface Taker<T> {
    CompletableFuture<T> take(DataReply reply, ByteBuf payload);
  }

  /** Version, length and last order of the source's replica. */
  CompletableFuture<DataReply> state() {
    return checksums(
        new DataRequest.Checksums(chunkId, version, source.incarnation(), 0, 0, false, false),
        (reply, nothing) -> CompletableFuture.completedFuture(reply));
  }

  /** A hash of each MiB. */
  <T> CompletableFuture<T> hashes(int length, Taker<T> taker) {
    return checksums(
        new DataRequest.Checksums(chunkId, version, source.incarnation(), 0, length, false, fenced),
        taker);
  }

  /** Checksums of the blocks of a range. */
  <T> CompletableFuture<T> blocks(int offset, int length, Taker<T> taker) {
    return checksums(
        new DataRequest.Checksums(
            chunkId, version, source.incarnation(), offset, length, true, fenced),
        taker);
  }

  /** The table of recent writes. */
  <T> CompletableFuture<T> recentWrites(Taker<T> taker) {
    return checksums(
        new DataRequest.Checksums(chunkId, version, source.incarnation(), 0, 0, true, fenced),
        taker);
  }

  private <T> CompletableFuture<T> checksums(DataRequest.Checksums request, Taker<T> taker) {
    return ask(request)
        .thenCompose(
            answer -> {
              try {
                if (!answer.reply().isOk()) {
                  return CompletableFuture.failedFuture(refusal(answer.reply()));
                }
                return taker.take(answer.reply(), answer.payload());
              } finally {
                answer.payload().release();
              }
            });
  }

  /** Blocks, verified there; whoever gets the answer releases its payload. */
  CompletableFuture<ChunkAnswer> read(int offset, int length) {
    return ask(
        new DataRequest.Read(chunkId, version, source.incarnation(), offset, length, true, fenced));
  }

  private CompletableFuture<ChunkAnswer> ask(DataRequest request) {
    return context
        .transport()
        .send(new PeerAddress(source.host(), source.port()), request, null, EXCHANGE_TIMEOUT_MS);
  }

  /** That the source did not do what it was asked. */
  Failures.PeerRefusal refusal(DataReply reply) {
    Status status = reply.isOk() ? Status.CORRUPT_REPLICA : reply.status();
    return new Failures.PeerRefusal(
        status,
        "node %d, the source, answered %s: %s"
            .formatted(source.nodeId(), reply.status(), reply.detail()));
  }
}
