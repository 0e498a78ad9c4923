package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.OpenMode;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * A replica as its files tell of it, whatever stopped the process that wrote them.
 *
 * @param lengthBytes of the replica: the header of a dirty one may be behind
 * @param lastNumber highest number of a write in its table of recent writes; 0 in the form of two
 *     files, where the table is read when it is needed
 */
record FoundReplica(MetaHeader header, int lengthBytes, long lastNumber) {

  /**
   * Reads what there is.
   *
   * @param dataPath of the file with the bytes, which may be missing in the form of two files
   * @return {@code null} if there is no whole header of this form
   * @throws OperatorException if the header is of a format that this build cannot read
   */
  static FoundReplica read(Disk disk, ReplicaForm form, Path dataPath) throws IOException {
    Path metaPath = form.metaPath(dataPath);
    try (DiskFile file = disk.open(metaPath, OpenMode.READ)) {
      MetaRegion meta = new MetaRegion(file, form.metaBase);
      MetaHeader header = meta.readHeader();
      if (header == null || header.form() != form) {
        return null;
      }
      return switch (form) {
        case ONE_FILE -> inOneFile(header, meta);
        case TWO_FILES -> inTwoFiles(header, disk, dataPath);
      };
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

  /** Writes that the header does not know of yet tell in their slots how long the replica was. */
  private static FoundReplica inOneFile(MetaHeader header, MetaRegion meta) throws IOException {
    int length = header.lengthBytes();
    long lastNumber = header.lastNumber();
    if (!header.dirty().isEmpty()) {
      for (RecentTable.Entry entry : RecentTable.readEntries(header.chunkId(), meta)) {
        if (entry.number() > header.lastNumber()) {
          length = Math.max(length, entry.lengthBytes());
          lastNumber = Math.max(lastNumber, entry.number());
        }
      }
    }
    return new FoundReplica(header, Math.min(length, ChunkStore.MAX_CHUNK_BYTES), lastNumber);
  }

  private static FoundReplica inTwoFiles(MetaHeader header, Disk disk, Path dataPath)
      throws IOException {
    long length = header.lengthBytes();
    if (!header.dirty().isEmpty() && disk.exists(dataPath)) {
      length = Math.max(length, disk.sizeBytes(dataPath));
    }
    return new FoundReplica(header, (int) Math.min(length, ChunkStore.MAX_CHUNK_BYTES), 0);
  }
}
