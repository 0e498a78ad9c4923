package org.distrifs.simulation.disk;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.distrifs.datanode.store.RecentWrites;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.simulation.scheduler.SeededChoices;

/**
 * The two files of a replica: its bytes, and its checksums with the ids of recent writes. Each is
 * kept as it is in the page cache and as it is on the disk. The header is always written durably.
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
  int fileBytes;
  Header header;

  private final byte[] syncedBytes;
  private final int[] syncedChecksums;
  private List<WriteId> syncedRecent = List.of();
  private int syncedFileBytes;
  private boolean folderSynced;

  StoredReplica(int chunkBytes, Header header) {
    this.bytes = new byte[chunkBytes];
    this.checksums = new int[chunkBytes / BLOCK_BYTES];
    this.syncedBytes = new byte[chunkBytes];
    this.syncedChecksums = new int[chunkBytes / BLOCK_BYTES];
    this.header = header;
  }

  /** Bytes of the data file. */
  public int lengthBytes() {
    return fileBytes;
  }

  /** The bytes of the data file; zeros behind its end. */
  public byte[] bytes() {
    return bytes;
  }

  public int version() {
    return header.version();
  }

  /** Whether the block at an offset matches its checksum. */
  public boolean matches(int offset) {
    int block = offset / BLOCK_BYTES;
    int from = block * BLOCK_BYTES;
    int bytesOfBlock = Math.max(0, Math.min(BLOCK_BYTES, fileBytes - from));
    return bytesOfBlock == 0
        || checksums[block]
            == BlockChecksums.of(ByteBuffer.wrap(bytes, from, bytesOfBlock).slice());
  }

  /** Whether the machine lost power after this was written, so that pages may be missing. */
  public boolean isDoubtful(NodeDisk disk) {
    return header.dirty() && !header.bootId().equals(disk.bootId());
  }

  /** Makes everything durable, as the header is already. */
  void sync() {
    System.arraycopy(bytes, 0, syncedBytes, 0, bytes.length);
    System.arraycopy(checksums, 0, syncedChecksums, 0, checksums.length);
    syncedRecent = recent.oldestFirst();
    syncedFileBytes = fileBytes;
    folderSynced = true;
  }

  void setLength(int length) {
    for (int i = length; i < fileBytes; i++) {
      bytes[i] = 0;
    }
    fileBytes = length;
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
    }
    if (choices.perMille(500)) {
      setLength(Math.min(syncedFileBytes, fileBytes));
    }
    return true;
  }
}
