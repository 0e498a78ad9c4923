package org.distrifs.datanode.store;

import static org.distrifs.datanode.store.MetaLayout.BLOCK_BYTES;
import static org.distrifs.datanode.store.MetaLayout.CHECKSUMS_PER_SECTOR;
import static org.distrifs.datanode.store.MetaLayout.blockLength;
import static org.distrifs.datanode.store.MetaLayout.blocks;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.clock.ClockSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a change of the chain does to a fenced replica. All methods run as an operation of the
 * replica.
 */
final class ReplicaChanger {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaChanger.class);

  private final Durability durability;
  private final CorruptionLog corruption;
  private final ClockSource clock;

  ReplicaChanger(Durability durability, CorruptionLog corruption, ClockSource clock) {
    this.durability = durability;
    this.corruption = corruption;
    this.clock = clock;
  }

  /** Replaces whole blocks, the last of which may end with the replica. */
  void replaceBlocks(
      Replica replica, ReplicaFiles files, int offset, int[] checksums, ByteBuf bytes)
      throws IOException {
    int end = offset + bytes.readableBytes();
    if (offset % BLOCK_BYTES != 0
        || end > replica.lengthBytes()
        || (end % BLOCK_BYTES != 0 && end != replica.lengthBytes())
        || BlockChecksums.firstMismatch(bytes, offset, checksums) >= 0) {
      throw replica.failure(
          Status.CORRUPT_REQUEST, "blocks from " + offset + " to " + end + " do not fit in");
    }
    int firstBlock = offset / BLOCK_BYTES;
    durability.markDirty(replica, files, offset, end);
    BlockBytes.write(files.data, bytes, offset, checksums, replica.lengthBytes());
    files.table.setAll(firstBlock, checksums, 0, checksums.length);
    trustSectors(replica, files, firstBlock, checksums.length);
    files.table.writeThrough(firstBlock, firstBlock + checksums.length);
    replica.clearCorrupt(firstBlock, firstBlock + checksums.length);
    replica.changed(clock.monotonicNs());
  }

  /**
   * Blocks that were replaced have known checksums again; the others in a sector that was not whole
   * are corrupt, each by itself, until they are replaced too.
   */
  private void trustSectors(Replica replica, ReplicaFiles files, int firstBlock, int count) {
    int endBlock = firstBlock + count;
    int lastSector = (endBlock - 1) / CHECKSUMS_PER_SECTOR;
    for (int sector = firstBlock / CHECKSUMS_PER_SECTOR; sector <= lastSector; sector++) {
      int sectorStart = sector * CHECKSUMS_PER_SECTOR;
      if (files.table.isKnown(sectorStart)) {
        continue;
      }
      int sectorEnd = Math.min(sectorStart + CHECKSUMS_PER_SECTOR, blocks(replica.lengthBytes()));
      for (int block = sectorStart; block < sectorEnd; block++) {
        if (block < firstBlock || block >= endBlock) {
          corruption.report(replica, block);
        }
      }
      files.table.trustSector(sectorStart);
    }
  }

  /**
   * Cuts or extends with zeros.
   *
   * @param strict fail on a bad block at the boundary, rather than mark it
   */
  void resize(Replica replica, ReplicaFiles files, int newLength, boolean strict)
      throws IOException {
    int oldLength = replica.lengthBytes();
    if (newLength == oldLength) {
      return;
    }
    int shorter = Math.min(oldLength, newLength);
    durability.markDirty(replica, files, Math.max(0, shorter - 1), Math.max(1, newLength));
    if (shorter % BLOCK_BYTES != 0) {
      setBoundaryChecksum(replica, files, shorter / BLOCK_BYTES, oldLength, newLength, strict);
    }
    if (newLength > oldLength) {
      durability.clearTail(replica, files);
    }
    files.resize(oldLength, newLength);
    files.table.cut(blocks(shorter));
    files.table.setZero(blocks(oldLength), newLength / BLOCK_BYTES);
    if (newLength > oldLength && newLength % BLOCK_BYTES != 0) {
      int lastBlock = newLength / BLOCK_BYTES;
      if (lastBlock >= blocks(oldLength)) {
        files.table.set(lastBlock, BlockChecksums.of(ByteBuffer.allocate(newLength % BLOCK_BYTES)));
      }
    }
    replica.setLengthBytes(newLength);
    files.table.writeThrough(shorter / BLOCK_BYTES, blocks(newLength));
    durability.lengthChanged(replica, files);
    replica.changed(clock.monotonicNs());
  }

  /** The block in which the shorter of two lengths ends gets the checksum of its new extent. */
  private void setBoundaryChecksum(
      Replica replica, ReplicaFiles files, int block, int oldLength, int newLength, boolean strict)
      throws IOException {
    int oldExtent = blockLength(block, oldLength);
    int newExtent = blockLength(block, newLength);
    ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK_BYTES).limit(oldExtent);
    int read = files.data.read(bytes, (long) block * BLOCK_BYTES);
    boolean matches =
        read == oldExtent
            && files.table.isKnown(block)
            && files.table.get(block) == BlockChecksums.of(bytes.flip());
    if (!matches) {
      if (strict) {
        throw corruption.found(replica, block);
      }
      corruption.report(replica, block);
    }
    files.table.set(block, BlockChecksums.of(bytes.position(0).limit(newExtent)));
  }

  /** See {@link ChunkStore#rechecksum}. */
  int rechecksum(Replica replica, ReplicaFiles files) throws IOException {
    int rechecksummed = 0;
    int count = blocks(replica.lengthBytes());
    ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK_BYTES);
    for (int block = 0; block < count; block++) {
      int length = blockLength(block, replica.lengthBytes());
      bytes.clear().limit(length);
      int read = files.data.read(bytes, (long) block * BLOCK_BYTES);
      bytes.flip();
      int present = BlockChecksums.of(bytes);
      if (read == length && files.table.isKnown(block) && files.table.get(block) == present) {
        continue;
      }
      if (read < length || !replica.isDirty(block)) {
        corruption.report(replica, block);
        continue;
      }
      LOG.warn(
          "No member of chunk {} has block {} with a matching checksum after an unclean stop; it"
              + " was being written then. The bytes that are here are kept and checksummed anew",
          replica,
          block);
      files.table.set(block, present);
      trustSectors(replica, files, block, 1);
      replica.clearCorrupt(block, block + 1);
      rechecksummed++;
    }
    files.table.writeThrough(0, count);
    replica.changed(clock.monotonicNs());
    return rechecksummed;
  }

  /** See {@link ChunkStore#install}. */
  void install(
      Replica replica, ReplicaFiles files, int version, List<Integer> nodeIds, int lengthBytes)
      throws IOException {
    if (lengthBytes != DataRequest.KEEP_LENGTH) {
      resize(replica, files, lengthBytes, true);
    }
    durability.install(replica, files, version, nodeIds);
  }
}
