package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.OpenMode;
import org.distrifs.runtime.lifecycle.OperatorException;

/** The two files of a replica, open, with its checksum table. */
final class ReplicaFiles implements AutoCloseable {
  static final String META_SUFFIX = ".meta";

  private static final ThreadLocal<ByteBuffer> SLOT =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(MetaLayout.SLOT_BYTES));

  final DiskFile data;
  final DiskFile meta;
  final ChecksumTable table;
  final RecentTable recent;

  /** Bytes since the last early write-back; only of the operation that runs. */
  int bytesSinceWriteBack;

  /** Who uses the files now; guarded by {@link OpenFiles}. */
  int users;

  /** The replica was deleted: the last user closes them; guarded by {@link OpenFiles}. */
  boolean forgotten;

  private ReplicaFiles(long chunkId, DiskFile data, DiskFile meta) {
    this.data = data;
    this.meta = meta;
    this.table = new ChecksumTable(chunkId, meta);
    this.recent = new RecentTable(chunkId, meta);
  }

  static Path dataPath(Path folder, UUID name) {
    return folder.resolve(name.toString());
  }

  static Path metaPath(Path folder, UUID name) {
    return folder.resolve(name + META_SUFFIX);
  }

  /** Makes the files of a new replica, header first: bytes without a header mean nothing. */
  static ReplicaFiles create(Disk disk, Path folder, Replica replica, UUID bootId)
      throws IOException {
    Path metaPath = metaPath(folder, replica.name);
    Path dataPath = dataPath(folder, replica.name);
    DiskFile meta = disk.open(metaPath, OpenMode.CREATE_NEW);
    try {
      writeHeader(meta, replica.nextHeader(bootId));
      DiskFile data = disk.open(dataPath, OpenMode.CREATE_NEW);
      return new ReplicaFiles(replica.chunkId, data, meta);
    } catch (IOException e) {
      meta.close();
      disk.delete(metaPath);
      throw e;
    }
  }

  static ReplicaFiles open(Disk disk, Path folder, Replica replica) throws IOException {
    DiskFile meta = disk.open(metaPath(folder, replica.name), OpenMode.READ_WRITE);
    DiskFile data = null;
    try {
      // A data file that a power failure took leaves a replica whose blocks are all corrupt.
      data = disk.open(dataPath(folder, replica.name), OpenMode.CREATE_OR_OPEN);
      ReplicaFiles files = new ReplicaFiles(replica.chunkId, data, meta);
      files.table.load(MetaLayout.blocks(replica.lengthBytes()));
      data = null;
      meta = null;
      return files;
    } finally {
      closeUnlessNull(data);
      closeUnlessNull(meta);
    }
  }

  private static void closeUnlessNull(DiskFile file) throws IOException {
    if (file != null) {
      file.close();
    }
  }

  /** Writes a header into the slot whose turn it is; durable after a sync of {@link #meta}. */
  void writeHeader(MetaHeader header) throws IOException {
    writeHeader(meta, header);
  }

  private static void writeHeader(DiskFile meta, MetaHeader header) throws IOException {
    ByteBuffer slot = SLOT.get();
    header.encode(slot);
    meta.write(slot, MetaLayout.slotOffset(header.generation()));
  }

  /**
   * The header that counts.
   *
   * @return {@code null} if no slot is whole
   * @throws OperatorException if the file is of a format that this build cannot read
   */
  static MetaHeader readHeader(Disk disk, Path metaPath) throws IOException {
    ByteBuffer slots = ByteBuffer.allocate(MetaLayout.SLOT_DISTANCE_BYTES + MetaLayout.SLOT_BYTES);
    try (DiskFile meta = disk.open(metaPath, OpenMode.READ)) {
      meta.read(slots, 0);
    }
    slots.flip();
    // What was not read must look like a slot that was never written.
    ByteBuffer whole = ByteBuffer.allocate(slots.capacity()).put(slots).clear();
    try {
      MetaHeader first = MetaHeader.decode(whole, 0);
      MetaHeader second = MetaHeader.decode(whole, MetaLayout.SLOT_DISTANCE_BYTES);
      if (first == null || second == null) {
        return first == null ? second : first;
      }
      return first.generation() > second.generation() ? first : second;
    } catch (MetaHeader.UnknownFormatException e) {
      throw new OperatorException(
          "Cannot use the chunk file "
              + metaPath
              + ": "
              + e.getMessage()
              + ". Start the version of DistriFS that wrote it.",
          e);
    }
  }

  @Override
  public void close() throws IOException {
    try (meta) {
      data.close();
    }
  }
}
