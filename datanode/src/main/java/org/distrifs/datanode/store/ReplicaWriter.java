package org.distrifs.datanode.store;

import static org.distrifs.datanode.store.MetaLayout.BLOCK_BYTES;
import static org.distrifs.datanode.store.MetaLayout.blockLength;
import static org.distrifs.datanode.store.MetaLayout.blocks;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Puts bytes into a replica. All methods run as an operation of the replica, one at a time.
 *
 * <p>The order on disk: dirty bits (durably) before bytes, bytes before checksums, checksums before
 * the id of the write. Whatever the process was doing when it died, a block that is neither wholly
 * old nor wholly new does not match its checksum, and lies where the replica is dirty.
 */
final class ReplicaWriter {
  private static final ThreadLocal<ByteBuffer> BLOCK =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BLOCK_BYTES));

  private final Durability durability;
  private final CorruptionLog corruption;
  private final ClockSource clock;

  ReplicaWriter(Durability durability, CorruptionLog corruption, ClockSource clock) {
    this.durability = durability;
    this.corruption = corruption;
    this.clock = clock;
  }

  /** Applies a write whose checksums are known to be right. */
  void apply(Replica replica, ReplicaFiles files, DataRequest.Write write, ByteBuf payload)
      throws IOException {
    checkOrder(replica, write);
    int newLength = Math.max(replica.lengthBytes(), write.offset() + write.length());
    if (write.length() > 0) {
      put(replica, files, write, payload, newLength);
    }
    files.recent.add(new WriteId(write.sessionId(), write.sequence()), newLength);
    replica.applied(write.order(), newLength, clock.monotonicNs());
  }

  private void put(
      Replica replica, ReplicaFiles files, DataRequest.Write write, ByteBuf payload, int newLength)
      throws IOException {
    int oldLength = replica.lengthBytes();
    int end = write.offset() + write.length();
    int[] checksums = blockChecksums(replica, files, write, payload, newLength);
    int firstChanged = Math.min(write.offset(), oldLength);
    int firstBlock = write.offset() / BLOCK_BYTES;
    int lastOldBlock = oldLength / BLOCK_BYTES;
    boolean extendsLastBlock = oldLength % BLOCK_BYTES != 0 && firstBlock > lastOldBlock;
    int extendedChecksum =
        extendsLastBlock
            ? BlockChecksums.of(verifiedBlock(replica, files, lastOldBlock, BLOCK_BYTES))
            : 0;
    durability.markDirty(replica, files, firstChanged, end);
    if (newLength > oldLength) {
      durability.clearTail(replica, files);
    }
    putBytes(replica, files, write.offset(), payload, checksums);
    if (extendsLastBlock) {
      files.table.set(lastOldBlock, extendedChecksum);
    }
    files.table.setZero(blocks(oldLength), firstBlock);
    files.table.setAll(firstBlock, checksums, 0, checksums.length);
    files.table.writeThrough(firstChanged / BLOCK_BYTES, blocks(end));
    replica.clearCorrupt(firstBlock, firstBlock + checksums.length);
  }

  /** Counts a write whose bytes are here from an earlier version. */
  void skip(Replica replica, DataRequest.Write write) throws IOException {
    checkOrder(replica, write);
    replica.applied(write.order(), replica.lengthBytes(), clock.monotonicNs());
  }

  private static void checkOrder(Replica replica, DataRequest.Write write) throws StoreException {
    if (write.version() != replica.version()) {
      throw replica.failure(
          Status.STALE_VERSION,
          "a write of version " + write.version() + " came to version " + replica.version());
    }
    if (write.order() != replica.lastOrder() + 1) {
      throw replica.failure(
          Status.SEQUENCE_GAP, "write " + write.order() + " came after " + replica.lastOrder());
    }
  }

  /**
   * The new checksum of each block that a write touches. Only the first and the last can be covered
   * in part; for these the old bytes are verified, and merged with the new ones.
   */
  private int[] blockChecksums(
      Replica replica, ReplicaFiles files, DataRequest.Write write, ByteBuf payload, int newLength)
      throws IOException {
    int firstBlock = write.offset() / BLOCK_BYTES;
    int end = write.offset() + write.length();
    int[] checksums = write.checksums().clone();
    for (int i = 0; i < checksums.length; i += Math.max(1, checksums.length - 1)) {
      int blockStart = (firstBlock + i) * BLOCK_BYTES;
      int from = Math.max(write.offset(), blockStart);
      int to = Math.min(end, blockStart + BLOCK_BYTES);
      int validLength = blockLength(firstBlock + i, newLength);
      if (to - from < validLength) {
        ByteBuffer merged = verifiedBlock(replica, files, firstBlock + i, validLength);
        int fragmentAt = payload.readerIndex() + from - write.offset();
        merged.position(from - blockStart).limit(to - blockStart);
        payload.getBytes(fragmentAt, merged);
        checksums[i] = BlockChecksums.of(merged.position(0).limit(validLength));
      }
    }
    return checksums;
  }

  /** A block's bytes in this thread's buffer, verified, followed by zeros up to a length. */
  private ByteBuffer verifiedBlock(
      Replica replica, ReplicaFiles files, int block, int lengthWithZeros) throws IOException {
    ByteBuffer bytes = BLOCK.get().clear();
    int oldLength = blockLength(block, replica.lengthBytes());
    if (oldLength > 0) {
      bytes.limit(oldLength);
      int read = files.data.read(bytes, (long) block * BLOCK_BYTES);
      bytes.flip();
      if (read < oldLength
          || !files.table.isKnown(block)
          || files.table.get(block) != BlockChecksums.of(bytes)) {
        throw corruption.found(replica, block);
      }
    }
    bytes.limit(BLOCK_BYTES).position(oldLength);
    while (bytes.position() < lengthWithZeros) {
      bytes.put((byte) 0);
    }
    return bytes.clear().limit(lengthWithZeros);
  }

  private void putBytes(
      Replica replica, ReplicaFiles files, int offset, ByteBuf payload, int[] checksums)
      throws IOException {
    try {
      BlockBytes.write(files.data, payload, offset, checksums, replica.lengthBytes());
    } catch (IOException e) {
      restoreAfterFailure(replica, files, offset / BLOCK_BYTES, checksums, e);
      throw e;
    }
  }

  /**
   * A write that failed half way has changed some blocks. What grew is cut off again; a block that
   * holds the new bytes gets their checksum; one that holds neither is corrupt from now on.
   */
  private void restoreAfterFailure(
      Replica replica, ReplicaFiles files, int firstBlock, int[] checksums, IOException failure) {
    int length = replica.lengthBytes();
    try {
      replica.setTailInDoubt(true);
      durability.clearTail(replica, files);
      for (int i = 0; i < checksums.length; i++) {
        int block = firstBlock + i;
        int blockLength = blockLength(block, length);
        if (blockLength > 0) {
          restoreChecksum(replica, files, block, blockLength, checksums[i]);
        }
      }
      files.table.writeThrough(firstBlock, Math.min(firstBlock + checksums.length, blocks(length)));
    } catch (IOException e) {
      failure.addSuppressed(e);
      for (int i = 0; i < checksums.length; i++) {
        replica.markCorrupt(firstBlock + i);
      }
    }
  }

  private void restoreChecksum(
      Replica replica, ReplicaFiles files, int block, int blockLength, int newChecksum)
      throws IOException {
    ByteBuffer bytes = BLOCK.get().clear().limit(blockLength);
    files.data.read(bytes, (long) block * BLOCK_BYTES);
    int present = BlockChecksums.of(bytes.flip());
    if (present == newChecksum) {
      files.table.set(block, newChecksum);
    } else if (present != files.table.get(block)) {
      corruption.report(replica, block);
    }
  }
}
