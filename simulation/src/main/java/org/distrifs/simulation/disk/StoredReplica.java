package org.distrifs.simulation.disk;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.distrifs.datanode.store.RecentWrites;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.simulation.scheduler.SeededChoices;

/**
 * The file of a replica: its bytes, its checksums, the ids of recent writes with the length that
 * they tell, and its header. All is kept as it is in the page cache and as it is on the disk.
 */
public final class StoredReplica {

  static final int BLOCK_BYTES = BlockChecksums.BLOCK_BYTES;

  /** The fields of the header. */
  record Header(
      int version,
      List<Integer> nodeIds,
      int lengthBytes,
      long lastOrder,
      boolean dirty,
      UUID bootId) {}

  final byte[] bytes;
  final int[] checksums;
  RecentWrites recent = new RecentWrites();

  /** Length of the replica by the ids of the writes that the header does not know of. */
  private int toldBytes;

  private Header header;
  private Header durableHeader;

  private final byte[] syncedBytes;
  private final int[] syncedChecksums;
  private List<WriteId> syncedRecent = List.of();
  private int syncedToldBytes;
  private boolean folderSynced;

  StoredReplica(int chunkBytes, Header header) {
    this.bytes = new byte[chunkBytes];
    this.checksums = new int[chunkBytes / BLOCK_BYTES];
    this.syncedBytes = new byte[chunkBytes];
    this.syncedChecksums = new int[chunkBytes / BLOCK_BYTES];
    this.header = header;
    this.durableHeader = header;
  }

  Header header() {
    return header;
  }

  void writeHeaderDurably(Header next) {
    writeHeader(next);
    durableHeader = next;
  }

  /** Durable after the next {@link #sync}. */
  void writeHeader(Header next) {
    header = next;
    toldBytes = next.lengthBytes();
  }

  /** A write was done after which the replica has this length. */
  void tellLength(int lengthBytes) {
    toldBytes = lengthBytes;
  }

  /** Length of the replica, as a start of the store finds it. */
  public int lengthBytes() {
    return header.dirty() ? Math.max(header.lengthBytes(), toldBytes) : header.lengthBytes();
  }

  /** The bytes of the replica, and zeros behind its end. */
  public byte[] bytes() {
    return Arrays.copyOf(Arrays.copyOf(bytes, lengthBytes()), bytes.length);
  }

  public int version() {
    return header.version();
  }

  /** Whether the block at an offset matches its checksum. */
  public boolean matches(int offset) {
    int block = offset / BLOCK_BYTES;
    int from = block * BLOCK_BYTES;
    int bytesOfBlock = Math.max(0, Math.min(BLOCK_BYTES, lengthBytes() - from));
    return bytesOfBlock == 0
        || checksums[block]
            == BlockChecksums.of(ByteBuffer.wrap(bytes, from, bytesOfBlock).slice());
  }

  /** Whether the machine lost power after this was written, so that pages may be missing. */
  public boolean isDoubtful(NodeDisk disk) {
    return header.dirty() && !header.bootId().equals(disk.bootId());
  }

  /** Makes everything durable. */
  void sync() {
    System.arraycopy(bytes, 0, syncedBytes, 0, bytes.length);
    System.arraycopy(checksums, 0, syncedChecksums, 0, checksums.length);
    syncedRecent = recent.oldestFirst();
    syncedToldBytes = toldBytes;
    durableHeader = header;
    folderSynced = true;
  }

  /** Makes all behind a length zeros. */
  void cutBehind(int length) {
    Arrays.fill(bytes, length, bytes.length, (byte) 0);
  }

  /** Loses some of what was not synced, page by page. False if the whole replica is lost. */
  boolean survivesPowerLoss(SeededChoices choices) {
    if (!folderSynced && choices.perMille(500)) {
      return false;
    }
    for (int block = 0; block < checksums.length; block++) {
      if (choices.perMille(500)) {
        System.arraycopy(syncedBytes, block * BLOCK_BYTES, bytes, block * BLOCK_BYTES, BLOCK_BYTES);
      }
      if (choices.perMille(500)) {
        checksums[block] = syncedChecksums[block];
      }
    }
    if (choices.perMille(500)) {
      recent = new RecentWrites(syncedRecent);
      toldBytes = syncedToldBytes;
    }
    if (choices.perMille(500)) {
      header = durableHeader;
    }
    return true;
  }
}
