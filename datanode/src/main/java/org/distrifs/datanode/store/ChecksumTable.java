package org.distrifs.datanode.store;

import static org.distrifs.datanode.store.MetaLayout.CHECKSUMS_PER_SECTOR;
import static org.distrifs.datanode.store.MetaLayout.SECTOR_BYTES;
import static org.distrifs.datanode.store.MetaLayout.TABLE_OFFSET;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.distrifs.proto.checksum.BlockChecksums;

/**
 * The checksums of a replica's blocks, in memory and in the {@link MetaRegion}, to which every
 * change is written through. A sector carries a checksum of its own, bound to its chunk and place;
 * where that does not match, all checksums of the sector are unknown.
 *
 * <p>Changed by the one disk operation that runs on the replica; read by any thread.
 */
final class ChecksumTable {
  private static final int INITIAL_BLOCKS = 16;
  private static final int MAX_SECTORS_PER_WRITE = 32;
  private static final ThreadLocal<ByteBuffer> SCRATCH =
      ThreadLocal.withInitial(
          () -> ByteBuffer.allocateDirect(MAX_SECTORS_PER_WRITE * SECTOR_BYTES));

  private final long chunkId;
  private final MetaRegion meta;
  private int[] checksums = new int[INITIAL_BLOCKS];
  private final BitSet badSectors = new BitSet();

  ChecksumTable(long chunkId, MetaRegion meta) {
    this.chunkId = chunkId;
    this.meta = meta;
  }

  /** Reads the checksums of the first {@code blocks} blocks from the file. */
  void load(int blocks) throws IOException {
    int sectors = (blocks + CHECKSUMS_PER_SECTOR - 1) / CHECKSUMS_PER_SECTOR;
    ByteBuffer scratch = SCRATCH.get();
    for (int first = 0; first < sectors; first += MAX_SECTORS_PER_WRITE) {
      int count = Math.min(MAX_SECTORS_PER_WRITE, sectors - first);
      scratch.clear().limit(count * SECTOR_BYTES);
      int read = meta.read(scratch, TABLE_OFFSET + (long) first * SECTOR_BYTES);
      for (int i = 0; i < count; i++) {
        decodeSector(scratch, i * SECTOR_BYTES, first + i, (i + 1) * SECTOR_BYTES <= read);
      }
    }
  }

  private synchronized void decodeSector(ByteBuffer from, int at, int sector, boolean isThere) {
    int first = sector * CHECKSUMS_PER_SECTOR;
    ensureCapacity(first + CHECKSUMS_PER_SECTOR);
    int stored = isThere ? from.getInt(at + SECTOR_BYTES - Integer.BYTES) : 0;
    if (!isThere || stored != sectorChecksum(from, at, sector)) {
      badSectors.set(sector);
      return;
    }
    for (int i = 0; i < CHECKSUMS_PER_SECTOR; i++) {
      checksums[first + i] = from.getInt(at + i * Integer.BYTES);
    }
  }

  /** Whether the block's checksum is known. */
  synchronized boolean isKnown(int block) {
    return badSectors.isEmpty() || !badSectors.get(block / CHECKSUMS_PER_SECTOR);
  }

  synchronized int get(int block) {
    return checksums[block];
  }

  /** Checksums of {@code count} blocks from {@code first} on; none of a range behind the end. */
  synchronized int[] copy(int first, int count) {
    return count == 0 ? new int[0] : Arrays.copyOfRange(checksums, first, first + count);
  }

  /** Sets in memory; {@link #writeThrough} must follow before the next operation. */
  synchronized void set(int block, int checksum) {
    ensureCapacity(block + 1);
    checksums[block] = checksum;
  }

  /** Sets in memory, as {@link #set}: {@code count} checksums from {@code from} on. */
  synchronized void setAll(int firstBlock, int[] source, int from, int count) {
    ensureCapacity(firstBlock + count);
    System.arraycopy(source, from, checksums, firstBlock, count);
  }

  /** Sets blocks of zeros in memory, as {@link #set}. */
  synchronized void setZero(int firstBlock, int endBlock) {
    if (firstBlock < endBlock) {
      ensureCapacity(endBlock);
      Arrays.fill(checksums, firstBlock, endBlock, BlockChecksums.ZERO_BLOCK);
    }
  }

  /**
   * Forgets that checksums were unknown: all blocks of the replica were given new ones, or none.
   */
  synchronized void trustSector(int block) {
    badSectors.clear(block / CHECKSUMS_PER_SECTOR);
  }

  /** The replica has no blocks from {@code endBlock} on any more: what comes there is known. */
  synchronized void cut(int endBlock) {
    int firstUnused = (endBlock + CHECKSUMS_PER_SECTOR - 1) / CHECKSUMS_PER_SECTOR;
    badSectors.clear(firstUnused, Math.max(firstUnused, badSectors.length()));
  }

  /** Writes the sectors of a range of blocks to the file. */
  void writeThrough(int firstBlock, int endBlock) throws IOException {
    ByteBuffer scratch = SCRATCH.get();
    int end = (endBlock + CHECKSUMS_PER_SECTOR - 1) / CHECKSUMS_PER_SECTOR;
    int sector = firstBlock / CHECKSUMS_PER_SECTOR;
    while (sector < end) {
      int count = Math.min(MAX_SECTORS_PER_WRITE, end - sector);
      scratch.clear();
      for (int i = 0; i < count; i++) {
        encodeSector(scratch, i * SECTOR_BYTES, sector + i);
      }
      scratch.clear().limit(count * SECTOR_BYTES);
      meta.write(scratch, TABLE_OFFSET + (long) sector * SECTOR_BYTES);
      sector += count;
    }
  }

  private synchronized void encodeSector(ByteBuffer to, int at, int sector) {
    int first = sector * CHECKSUMS_PER_SECTOR;
    for (int i = 0; i < CHECKSUMS_PER_SECTOR; i++) {
      int block = first + i;
      to.putInt(at + i * Integer.BYTES, block < checksums.length ? checksums[block] : 0);
    }
    int sum = sectorChecksum(to, at, sector);
    // A sector whose content is unknown must not become valid by the way.
    to.putInt(at + SECTOR_BYTES - Integer.BYTES, badSectors.get(sector) ? ~sum : sum);
  }

  private int sectorChecksum(ByteBuffer bytes, int at, int sector) {
    int crc = Crc.of(bytes, at, SECTOR_BYTES - Integer.BYTES);
    return crc ^ Long.hashCode(chunkId * 0x9E37_79B9_7F4A_7C15L + sector);
  }

  private void ensureCapacity(int blocks) {
    if (blocks > checksums.length) {
      checksums = Arrays.copyOf(checksums, Math.max(blocks, checksums.length * 2));
    }
  }
}
