package org.distrifs.datanode.server;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.MibDigest;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.checksum.ContentHash;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a fenced replica equal to another member's: asks for a hash of each MiB, for the checksums
 * of the blocks of those that differ, and for the blocks that differ.
 *
 * <p>A block that differs and that the source cannot give fails the whole with {@code
 * CORRUPT_REPLICA}: then another member has to be the source.
 */
final class Reconciliation {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

  private static final int MIB = 1 << 20;
  private static final int BLOCK_BYTES = DataRequest.BLOCK_BYTES;
  private static final int BLOCKS_PER_MIB = MIB / BLOCK_BYTES;
  private static final int EXCHANGE_TIMEOUT_MS = 10_000;
  private static final int WRITE_ID_BYTES = 2 * Long.BYTES;

  private final ServerContext context;
  private final ChunkStore store;
  private final long chunkId;
  private final int newVersion;
  private final ChainHop source;

  private byte[] sourceHashes;
  private int blocksCopied;
  private int blocksMissing;

  Reconciliation(ServerContext context, DataRequest.Reconcile request) {
    this.context = context;
    this.store = context.store();
    this.chunkId = request.chunkId();
    this.newVersion = request.newVersion();
    this.source = request.source();
  }

  /** Runs without blocking. */
  CompletableFuture<DataReply> run() {
    return askChecksums(0, ChunkStore.MAX_CHUNK_BYTES, false, this::compareWith)
        .thenCompose(nothing -> forEachMib(0))
        .thenCompose(nothing -> store.drain(chunkId))
        .thenApply(this::conclude);
  }

  private DataReply conclude(ReplicaState state) {
    if (blocksCopied > 0 || blocksMissing > 0) {
      LOG.info(
          "Reconciled chunk {} with node {} under version {}: {} blocks copied, {} not to be had",
          chunkId,
          source.nodeId(),
          newVersion,
          blocksCopied,
          blocksMissing);
    }
    if (blocksMissing > 0) {
      return DataReply.failure(
          Status.CORRUPT_REPLICA,
          blocksMissing + " blocks that differ could not be had from node " + source.nodeId());
    }
    return Exchange.okWith(state);
  }

  private CompletableFuture<Void> compareWith(DataReply reply, ByteBuf hashes) {
    sourceHashes = new byte[hashes.readableBytes()];
    hashes.readBytes(sourceHashes);
    return store
        .resize(chunkId, reply.replicaLength())
        .thenCompose(nothing -> askChecksums(0, 0, false, this::takeRecentWrites));
  }

  private CompletableFuture<Void> takeRecentWrites(DataReply reply, ByteBuf table) {
    List<WriteId> writes = new ArrayList<>(table.readableBytes() / WRITE_ID_BYTES);
    while (table.readableBytes() >= WRITE_ID_BYTES) {
      writes.add(new WriteId(table.readLong(), table.readLong()));
    }
    return store.replaceRecentWrites(chunkId, writes);
  }

  private CompletableFuture<Void> forEachMib(int mib) {
    ReplicaState state = store.find(chunkId);
    if ((long) mib * MIB >= state.lengthBytes()) {
      return done();
    }
    return store
        .digest(chunkId, mib * MIB)
        .thenCompose(own -> compareMib(mib, own))
        .thenCompose(nothing -> forEachMib(mib + 1));
  }

  private CompletableFuture<Void> compareMib(int mib, MibDigest own) {
    int from = mib * ContentHash.LENGTH;
    boolean sourceHasIt = from + ContentHash.LENGTH <= sourceHashes.length;
    byte[] theirs =
        sourceHasIt ? Arrays.copyOfRange(sourceHashes, from, from + ContentHash.LENGTH) : null;
    boolean equal = Arrays.equals(own.hash(), theirs);
    if (equal && own.mismatches().isEmpty()) {
      return done();
    }
    return askChecksums(
        mib * MIB, MIB, true, (reply, checksums) -> copyDiffering(mib, own, checksums));
  }

  private CompletableFuture<Void> copyDiffering(int mib, MibDigest own, ByteBuf theirChecksums) {
    BitSet wanted = (BitSet) own.mismatches().clone();
    int count = own.checksums().length;
    for (int i = 0; i < count; i++) {
      boolean isThere = theirChecksums.readableBytes() >= Integer.BYTES;
      if (!isThere || theirChecksums.readInt() != own.checksums()[i]) {
        wanted.set(i);
      }
    }
    if (wanted.isEmpty()) {
      // The hashes differ though no checksum does: two contents share a CRC. Take all.
      wanted.set(0, count);
    }
    return copyBlocks(mib, wanted);
  }

  /** Copies blocks of a MiB, neighbours at once. */
  private CompletableFuture<Void> copyBlocks(int mib, BitSet wanted) {
    CompletableFuture<Void> copied = done();
    int first = wanted.nextSetBit(0);
    while (first >= 0) {
      int start = first;
      int end = wanted.nextClearBit(first);
      copied = copied.thenCompose(nothing -> copyRun(mib, start, end));
      first = wanted.nextSetBit(end);
    }
    return copied;
  }

  private CompletableFuture<Void> copyRun(int mib, int start, int end) {
    int offset = (mib * BLOCKS_PER_MIB + start) * BLOCK_BYTES;
    DataRequest.Read read =
        new DataRequest.Read(
            chunkId,
            newVersion,
            source.incarnation(),
            offset,
            (end - start) * BLOCK_BYTES,
            true,
            true);
    return ask(read).thenCompose(answer -> placeRun(mib, start, end, offset, answer));
  }

  private CompletableFuture<Void> placeRun(
      int mib, int start, int end, int offset, ChunkAnswer answer) {
    if (answer.reply().status() == Status.CORRUPT_REPLICA) {
      answer.payload().release();
      if (end - start == 1) {
        blocksMissing++;
        return done();
      }
      int middle = (start + end) / 2;
      return copyRun(mib, start, middle).thenCompose(nothing -> copyRun(mib, middle, end));
    }
    int expected =
        Math.min((end - start) * BLOCK_BYTES, store.find(chunkId).lengthBytes() - offset);
    boolean fits =
        answer.reply().isOk()
            && answer.payload().readableBytes() == expected
            && BlockChecksums.firstMismatch(answer.payload(), offset, answer.reply().checksums())
                < 0;
    if (!fits) {
      answer.payload().release();
      return CompletableFuture.failedFuture(refusal(answer.reply()));
    }
    blocksCopied += end - start;
    return store.replaceBlocks(chunkId, offset, answer.reply().checksums(), answer.payload());
  }

  /** What is done with an answer; its payload is released afterwards. */
  @FunctionalInterface
  private interface Taker {
    CompletableFuture<Void> take(DataReply reply, ByteBuf payload);
  }

  private CompletableFuture<Void> askChecksums(
      int offset, int length, boolean perBlock, Taker taker) {
    DataRequest.Checksums request =
        new DataRequest.Checksums(
            chunkId, newVersion, source.incarnation(), offset, length, perBlock, true);
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

  private CompletableFuture<ChunkAnswer> ask(DataRequest request) {
    return context
        .transport()
        .send(new PeerAddress(source.host(), source.port()), request, null, EXCHANGE_TIMEOUT_MS);
  }

  private Failures.PeerRefusal refusal(DataReply reply) {
    Status status = reply.isOk() ? Status.CORRUPT_REPLICA : reply.status();
    return new Failures.PeerRefusal(
        status,
        "node %d, the source, answered %s: %s"
            .formatted(source.nodeId(), reply.status(), reply.detail()));
  }

  private static CompletableFuture<Void> done() {
    return CompletableFuture.completedFuture(null);
  }
}
