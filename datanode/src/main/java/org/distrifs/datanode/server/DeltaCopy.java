package org.distrifs.datanode.server;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.MibDigest;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.checksum.ContentHash;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/**
 * Makes this node's replica equal to another member's: asks for a hash of each MiB, for the
 * checksums of the blocks of those that differ, and for the blocks that differ.
 *
 * <p>Blocks that the source cannot give are counted and left as they are here. A source that is not
 * fenced goes on taking writes: it may grow, and give blocks newer than its hashes.
 */
final class DeltaCopy {
  private static final int MIB = 1 << 20;
  private static final int BLOCK_BYTES = DataRequest.BLOCK_BYTES;
  private static final int BLOCKS_PER_MIB = MIB / BLOCK_BYTES;
  private static final int WRITE_ID_BYTES = 2 * Long.BYTES;

  /** How often a block is asked for while writes of it are under way. */
  private static final int MAX_ATTEMPTS = 3;

  private final ChunkStore store;
  private final long chunkId;
  private final SourceReads source;
  private final Transfer transfer;

  /**
   * What the source had applied when it was asked first. Taken over last: if this ends half way,
   * the ids of writes whose bytes did not come must not be here, or they would count as applied.
   */
  private List<WriteId> recentWrites = List.of();

  private byte[] sourceHashes;
  private int blocksMissing;
  private long bytesCopied;

  DeltaCopy(ChunkStore store, SourceReads source, Transfer transfer) {
    this.store = store;
    this.chunkId = source.chunkId();
    this.source = source;
    this.transfer = transfer;
  }

  /** Runs without blocking. */
  CompletableFuture<Void> run() {
    return source
        .recentWrites(this::takeRecentWrites)
        .thenCompose(nothing -> source.hashes(ChunkStore.MAX_CHUNK_BYTES, this::takeHashes))
        .thenCompose(nothing -> forEachMib(0))
        .thenCompose(
            nothing -> transfer.step(() -> store.replaceRecentWrites(chunkId, recentWrites)));
  }

  /** Blocks that differ or may differ, and that the source could not give. */
  int blocksMissing() {
    return blocksMissing;
  }

  /** Bytes that differed and were replaced. */
  long bytesCopied() {
    return bytesCopied;
  }

  private CompletableFuture<Void> takeRecentWrites(DataReply reply, ByteBuf table) {
    List<WriteId> writes = new ArrayList<>(table.readableBytes() / WRITE_ID_BYTES);
    while (table.readableBytes() >= WRITE_ID_BYTES) {
      writes.add(new WriteId(table.readLong(), table.readLong()));
    }
    recentWrites = writes;
    return done();
  }

  private CompletableFuture<Void> takeHashes(DataReply reply, ByteBuf hashes) {
    sourceHashes = new byte[hashes.readableBytes()];
    hashes.readBytes(sourceHashes);
    return resize(reply.replicaLength());
  }

  private CompletableFuture<Void> resize(int lengthBytes) {
    return transfer.step(() -> store.resize(chunkId, lengthBytes));
  }

  private CompletableFuture<Void> forEachMib(int mib) {
    if ((long) mib * MIB >= ownLength()) {
      return done();
    }
    return transfer
        .step(() -> store.digest(chunkId, mib * MIB))
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
    return source.blocks(mib * MIB, MIB, (reply, checksums) -> copyDiffering(mib, own, checksums));
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
      int start = mib * BLOCKS_PER_MIB + first;
      int end = mib * BLOCKS_PER_MIB + wanted.nextClearBit(first);
      copied = copied.thenCompose(nothing -> copyRun(start, end, MAX_ATTEMPTS));
      first = wanted.nextSetBit(wanted.nextClearBit(first));
    }
    return copied;
  }

  private CompletableFuture<Void> copyRun(int start, int end, int attempts) {
    return source
        .read(start * BLOCK_BYTES, (end - start) * BLOCK_BYTES)
        .thenCompose(answer -> placeRun(start, end, attempts, answer));
  }

  private CompletableFuture<Void> placeRun(int start, int end, int attempts, ChunkAnswer answer) {
    DataReply reply = answer.reply();
    if (reply.isOk()) {
      return placeBlocks(start, end, answer);
    }
    answer.payload().release();
    return switch (reply.status()) {
      case CORRUPT_REPLICA -> halve(start, end);
      case TIMED_OUT, OVERLOADED -> askAgain(start, end, attempts, reply);
      default -> CompletableFuture.failedFuture(source.refusal(reply));
    };
  }

  /** Finds out which of the blocks is the bad one. */
  private CompletableFuture<Void> halve(int start, int end) {
    if (end - start == 1) {
      blocksMissing++;
      return done();
    }
    int middle = (start + end) / 2;
    return copyRun(start, middle, MAX_ATTEMPTS)
        .thenCompose(nothing -> copyRun(middle, end, MAX_ATTEMPTS));
  }

  /**
   * A write of the range is under way at a source that is not fenced, and which has waited for it
   * before it answered.
   */
  private CompletableFuture<Void> askAgain(int start, int end, int attempts, DataReply reply) {
    if (source.fenced()) {
      return CompletableFuture.failedFuture(source.refusal(reply));
    }
    if (attempts <= 1) {
      blocksMissing += end - start;
      return done();
    }
    return copyRun(start, end, attempts - 1);
  }

  private CompletableFuture<Void> placeBlocks(int start, int end, ChunkAnswer answer) {
    int offset = start * BLOCK_BYTES;
    int bytes = answer.payload().readableBytes();
    int ownRest = ownLength() - offset;
    int expected = Math.min((end - start) * BLOCK_BYTES, ownRest);
    boolean hasGrown = !source.fenced() && bytes > expected;
    boolean fits =
        (bytes == expected || hasGrown)
            && bytes <= (end - start) * BLOCK_BYTES
            && BlockChecksums.firstMismatch(answer.payload(), offset, answer.reply().checksums())
                < 0;
    if (!fits) {
      answer.payload().release();
      return CompletableFuture.failedFuture(source.refusal(answer.reply()));
    }
    if (!source.fenced() && !store.hasRoomToGrow()) {
      answer.payload().release();
      return CompletableFuture.failedFuture(
          new Failures.PeerRefusal(
              Status.NO_SPACE, "only " + store.freeBytes() + " bytes of the disk are left"));
    }
    CompletableFuture<Void> resized = hasGrown ? resize(offset + bytes) : done();
    return resized
        .whenComplete(
            (nothing, failure) -> {
              if (failure != null) {
                answer.payload().release();
              }
            })
        .thenCompose(nothing -> replace(offset, answer))
        .thenRun(() -> bytesCopied += bytes);
  }

  private CompletableFuture<Void> replace(int offset, ChunkAnswer answer) {
    boolean[] passed = {false};
    CompletableFuture<Void> replaced =
        transfer.step(
            () -> {
              passed[0] = true;
              return store.replaceBlocks(
                  chunkId, offset, answer.reply().checksums(), answer.payload());
            });
    if (!passed[0]) {
      answer.payload().release();
    }
    return replaced;
  }

  private int ownLength() {
    ReplicaState state = store.find(chunkId);
    if (state == null) {
      throw new CompletionException(
          new Failures.PeerRefusal(Status.NO_SUCH_CHUNK, "the replica was deleted meanwhile"));
    }
    return state.lengthBytes();
  }

  private static CompletableFuture<Void> done() {
    return CompletableFuture.completedFuture(null);
  }
}
