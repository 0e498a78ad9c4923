package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.FileRange;
import org.distrifs.runtime.disk.OpenMode;

/** What a replica consists of on disk, open, with its checksum table. */
final class ReplicaFiles implements AutoCloseable {
  private static final int SMALL_BYTES = 128 << 10;

  /** Of the bytes. */
  final DiskFile data;

  final MetaRegion meta;
  final ChecksumTable table;
  final RecentTable recent;

  private final ReplicaForm form;

  /** Bytes since the last early write-back; only of the operation that runs. */
  int bytesSinceWriteBack;

  /** Who uses the files now; guarded by {@link OpenFiles}. */
  int users;

  /** The replica was deleted: the last user closes them; guarded by {@link OpenFiles}. */
  boolean forgotten;

  private ReplicaFiles(Replica replica, DiskFile data, DiskFile meta) {
    this.data = data;
    this.meta = new MetaRegion(meta, replica.form.metaBase);
    this.form = replica.form;
    this.table = new ChecksumTable(replica.chunkId, this.meta);
    this.recent = new RecentTable(replica, this.meta);
  }

  /** Makes the file of a new replica, header first: bytes without a header mean nothing. */
  static ReplicaFiles create(Disk disk, Path folder, Replica replica, UUID bootId)
      throws IOException {
    Path path = ReplicaForm.dataPath(folder, replica.name);
    DiskFile file = disk.open(path, OpenMode.CREATE_NEW);
    try {
      ReplicaFiles files = new ReplicaFiles(replica, file, file);
      files.meta.writeHeader(replica.nextHeader(bootId));
      return files;
    } catch (IOException e) {
      file.close();
      disk.delete(path);
      throw e;
    }
  }

  static ReplicaFiles open(Disk disk, Path folder, Replica replica) throws IOException {
    Path path = ReplicaForm.dataPath(folder, replica.name);
    fetchAhead(disk, path, replica);
    DiskFile meta = disk.open(replica.form.metaPath(path), OpenMode.READ_WRITE);
    DiskFile data = null;
    try {
      data =
          switch (replica.form) {
            case ONE_FILE -> meta;
            // One that a power failure took leaves a replica whose blocks are all corrupt.
            case TWO_FILES -> disk.open(path, OpenMode.CREATE_OR_OPEN);
          };
      ReplicaFiles files = new ReplicaFiles(replica, data, meta);
      files.table.load(MetaLayout.blocks(replica.lengthBytes()));
      data = null;
      meta = null;
      return files;
    } finally {
      closeUnlessNull(data);
      closeUnlessNull(meta);
    }
  }

  /**
   * Of a small replica all is about to be read: recent writes and checksums, and most often the
   * bytes. A cold disk reads them at once, and not each after it was waited for.
   */
  private static void fetchAhead(Disk disk, Path path, Replica replica) {
    int length = replica.lengthBytes();
    if (replica.form == ReplicaForm.ONE_FILE && length > 0 && length <= SMALL_BYTES) {
      long recent = replica.form.metaBase + MetaLayout.RECENT_OFFSET;
      int metaLength = MetaLayout.TABLE_OFFSET + MetaLayout.SECTOR_BYTES - MetaLayout.RECENT_OFFSET;
      disk.fetchAhead(path, new FileRange(0, length), new FileRange(recent, metaLength));
    }
  }

  private static void closeUnlessNull(DiskFile file) throws IOException {
    if (file != null) {
      file.close();
    }
  }

  /** Whether one sync of the data file is one of the meta region too. */
  boolean isOneFile() {
    return form == ReplicaForm.ONE_FILE;
  }

  /** Bytes of the chunk that can be read: in one file all up to the meta region. */
  long readableBytes() throws IOException {
    return isOneFile() ? form.metaBase : data.sizeBytes();
  }

  /**
   * Cuts or extends with zeros. What lies behind the old length must be zeros, see {@link
   * #cutBehind}.
   */
  void resize(int oldLength, int newLength) throws IOException {
    if (!isOneFile()) {
      data.truncate(newLength);
    } else if (newLength < oldLength) {
      data.punch(newLength, oldLength - newLength);
    }
  }

  /** Makes all behind a length zeros, whatever was there. */
  void cutBehind(int length) throws IOException {
    if (isOneFile()) {
      data.punch(length, form.metaBase - length);
    } else if (data.sizeBytes() > length) {
      data.truncate(length);
    }
  }

  @Override
  public void close() throws IOException {
    DiskFile metaFile = meta.file();
    try (metaFile) {
      data.close();
    }
  }
}
