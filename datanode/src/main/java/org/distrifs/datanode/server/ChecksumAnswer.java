package org.distrifs.datanode.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.CompletableFuture;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.checksum.ContentHash;
import org.distrifs.proto.frame.DataRequest;

/** Puts together what identifies the content of a replica. */
final class ChecksumAnswer {
  private static final int MIB = 1 << 20;

  private final ChunkStore store;
  private final DataRequest.Checksums request;
  private final Exchange exchange;
  private final ByteBuf payload = ByteBufAllocator.DEFAULT.directBuffer();

  ChecksumAnswer(ChunkStore store, DataRequest.Checksums request, Exchange exchange) {
    this.store = store;
    this.request = request;
    this.exchange = exchange;
  }

  /** Answers when the disk has been read, without blocking. */
  void send() {
    CompletableFuture<Void> collected;
    if (request.length() == 0 && (request.perBlock() || request.reconcile())) {
      collected = collectRecentWrites();
    } else if (request.perBlock()) {
      collected = collectChecksums();
    } else {
      collected = collectHashes(request.offset());
    }
    collected
        .thenCompose(nothing -> store.drain(request.chunkId()))
        .whenComplete(
            (state, failure) -> {
              if (failure == null) {
                exchange.reply(Exchange.okWith(state), payload);
              } else {
                payload.release();
                exchange.reply(Failures.replyTo(failure));
              }
            });
  }

  private CompletableFuture<Void> collectRecentWrites() {
    return store
        .open(request.chunkId())
        .thenAccept(
            replica -> {
              for (WriteId id : replica.recentWrites()) {
                payload.writeLong(id.sessionId()).writeLong(id.sequence());
              }
            });
  }

  private CompletableFuture<Void> collectChecksums() {
    return store
        .checksums(request.chunkId(), request.offset(), request.length())
        .thenAccept(
            checksums -> {
              for (int checksum : checksums) {
                payload.writeInt(checksum);
              }
            });
  }

  private CompletableFuture<Void> collectHashes(int offset) {
    ReplicaState state = store.find(request.chunkId());
    long end = Math.min(state.lengthBytes(), (long) request.offset() + request.length());
    if (offset >= end) {
      return CompletableFuture.completedFuture(null);
    }
    return store
        .digest(request.chunkId(), offset)
        .thenAccept(digest -> payload.writeBytes(digest.hash(), 0, ContentHash.LENGTH))
        .thenCompose(nothing -> collectHashes(offset + MIB));
  }
}
