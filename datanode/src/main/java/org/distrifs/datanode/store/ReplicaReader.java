package org.distrifs.datanode.store;

import static org.distrifs.datanode.store.MetaLayout.BLOCK_BYTES;
import static org.distrifs.datanode.store.MetaLayout.MIB;
import static org.distrifs.datanode.store.MetaLayout.blockLength;
import static org.distrifs.datanode.store.MetaLayout.blocks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.checksum.ContentHash;
import org.distrifs.proto.frame.Status;

/** Takes bytes and checksums out of a replica. */
final class ReplicaReader {
  private final CorruptionLog corruption;

  ReplicaReader(CorruptionLog corruption) {
    this.corruption = corruption;
  }

  /** Blocks of a request, cut at the replica's end. */
  private record Range(int offset, int length, int firstBlock, int count) {
    static Range of(Replica replica, int offset, int length) {
      int replicaLength = replica.lengthBytes();
      long wholeEnd = (long) blocks((long) offset + length) * BLOCK_BYTES;
      int end = (int) Math.min(replicaLength, wholeEnd);
      int bytes = Math.max(0, end - offset);
      int firstBlock = offset / BLOCK_BYTES;
      return new Range(offset, bytes, firstBlock, bytes == 0 ? 0 : blocks(end) - firstBlock);
    }
  }

  /** Blocks as they lie in the file; may run beside a write. */
  FileBlocks locate(Replica replica, ReplicaFiles files, int offset, int length, Runnable release)
      throws StoreException {
    Range range = Range.of(replica, offset, length);
    int[] checksums = knownChecksums(replica, files, range);
    return new FileBlocks(files.data, offset, range.length(), checksums, replica.state(), release);
  }

  private int[] knownChecksums(Replica replica, ReplicaFiles files, Range range)
      throws StoreException {
    int end = range.firstBlock() + range.count();
    for (int block = range.firstBlock(); block < end; block++) {
      if (!files.table.isKnown(block)) {
        throw corruption.found(replica, block);
      }
    }
    if (replica.isCorrupt(range.firstBlock(), end)) {
      throw replica.failure(
          Status.CORRUPT_REPLICA,
          "a block among " + range.firstBlock() + " to " + (end - 1) + " is known to be corrupt");
    }
    return files.table.copy(range.firstBlock(), range.count());
  }

  /** Verified bytes; runs as an operation of the replica. */
  MemoryBlocks readVerified(Replica replica, ReplicaFiles files, int offset, int length)
      throws IOException {
    Range range = Range.of(replica, offset, length);
    ByteBuf bytes = ByteBufAllocator.DEFAULT.directBuffer(Math.max(1, range.length()));
    boolean handedOver = false;
    try {
      BitSet mismatches = readAndCompare(replica, files, range, bytes);
      mismatches.stream().forEach(i -> corruption.report(replica, range.firstBlock() + i));
      int[] checksums = knownChecksums(replica, files, range);
      handedOver = true;
      return new MemoryBlocks(bytes, checksums, replica.state());
    } finally {
      if (!handedOver) {
        bytes.release();
      }
    }
  }

  /** What identifies a MiB's content; runs as an operation of the replica. */
  MibDigest digest(Replica replica, ReplicaFiles files, int offset) throws IOException {
    Range range = Range.of(replica, offset, MIB);
    ByteBuf bytes = ByteBufAllocator.DEFAULT.directBuffer(Math.max(1, range.length()));
    try {
      BitSet mismatches = readAndCompare(replica, files, range, bytes);
      mismatches.or(knownCorrupt(replica, range));
      ByteBuffer hash = ByteBuffer.allocate(ContentHash.LENGTH);
      ContentHash.write(bytes.nioBuffer(), hash);
      int[] checksums = files.table.copy(range.firstBlock(), range.count());
      return new MibDigest(hash.array(), checksums, mismatches);
    } finally {
      bytes.release();
    }
  }

  private static BitSet knownCorrupt(Replica replica, Range range) {
    BitSet corrupt = new BitSet();
    for (int i = 0; i < range.count(); i++) {
      int block = range.firstBlock() + i;
      corrupt.set(i, replica.isCorrupt(block, block + 1));
    }
    return corrupt;
  }

  /** Stored checksums, whether known or not; runs as an operation of the replica. */
  int[] checksums(Replica replica, ReplicaFiles files, int offset, int length) {
    Range range = Range.of(replica, offset, length);
    return files.table.copy(range.firstBlock(), range.count());
  }

  /** Reads a range; the bits of the answer are the blocks in it that do not match. */
  private static BitSet readAndCompare(
      Replica replica, ReplicaFiles files, Range range, ByteBuf bytes) throws IOException {
    ByteBuffer target = bytes.nioBuffer(0, range.length());
    int read = files.data.read(target, range.offset());
    bytes.writerIndex(range.length());
    if (read < range.length()) {
      bytes.setZero(read, range.length() - read);
    }
    BitSet mismatches = new BitSet();
    for (int i = 0; i < range.count(); i++) {
      int block = range.firstBlock() + i;
      int at = i * BLOCK_BYTES;
      int length = blockLength(block, replica.lengthBytes());
      boolean matches =
          at + length <= read
              && files.table.isKnown(block)
              && files.table.get(block) == BlockChecksums.of(bytes, at, length);
      mismatches.set(i, !matches);
    }
    return mismatches;
  }
}
