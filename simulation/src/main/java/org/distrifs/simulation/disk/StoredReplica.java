package org.distrifs.simulation.disk;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.distrifs.datanode.store.RecentWrites;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.simulation.scheduler.SeededChoices;

/**
 * A replica's two files: bytes and checksums and the ids of recent writes, as the page cache has
 * them and as the disk has them, and the header, which is written durably.
 */
public final class StoredReplica {

  static final int BLOCK_BYTES = BlockChecksums.BLOCK_BYTES;

  /** What the header says. */
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

  /** Whether the block at an offset has the bytes that its checksum says. */
  public boolean matches(int offset) {
    int block = offset / BLOCK_BYTES;
    int from = block * BLOCK_BYTES;
    int bytesOfBlock = Math.max(0, Math.min(BLOCK_BYTES, fileBytes - from));
    return bytesOfBlock == 0
        || checksums[block]
            == BlockChecksums.of(ByteBuffer.wrap(bytes, from, bytesOfBlock).slice());
  }

  /** Whether the machine went down since it was written, so that pages may be missing. */
  public boolean isDoubtful(NodeDisk disk) {
    return header.dirty() && !header.bootId().equals(disk.bootId());
  }

  /** Everything but the header is on the disk now. */
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

  /** False if nothing of it is found any more. */
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
