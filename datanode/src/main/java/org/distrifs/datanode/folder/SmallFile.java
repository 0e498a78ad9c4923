package org.distrifs.datanode.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.OpenMode;

/** A file of at most {@value #MAX_BYTES} bytes that is replaced as a whole. */
final class SmallFile {
  static final int MAX_BYTES = 4096;

  private final Disk disk;
  private final Path path;

  SmallFile(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
  }

  /** The content, or {@code null} if there is no such file. */
  ByteBuffer read() throws IOException {
    if (!disk.exists(path)) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
    try (DiskFile file = disk.open(path, OpenMode.READ)) {
      file.read(bytes, 0);
    }
    return bytes.flip();
  }

  /** Replaces it durably: after a crash it is wholly the old or wholly the new one. */
  void replace(ByteBuffer bytes) throws IOException {
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    try (DiskFile file = disk.open(fresh, OpenMode.CREATE_OR_OPEN)) {
      file.truncate(0);
      file.write(bytes, 0);
      file.sync();
    }
    disk.rename(fresh, path);
    disk.syncDirectory(path.getParent());
  }
}
