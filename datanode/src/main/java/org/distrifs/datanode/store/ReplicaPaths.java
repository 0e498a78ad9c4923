package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.distrifs.proto.id.ChunkName;
import org.distrifs.runtime.disk.Disk;

/**
 * Where the files of a replica are: {@code chunks/<xx>/<yy>/<uuid>}. The folders are made when
 * first needed.
 */
final class ReplicaPaths {
  private final Disk disk;
  private final Path chunks;
  private final Set<Path> made = ConcurrentHashMap.newKeySet();

  ReplicaPaths(Disk disk, Path dataFolder) {
    this.disk = disk;
    this.chunks = dataFolder.resolve("chunks");
  }

  Path chunks() {
    return chunks;
  }

  Path folderOf(UUID name) {
    long id = ChunkName.chunkId(name);
    return chunks.resolve(hex(id >>> 8)).resolve(hex(id));
  }

  private static String hex(long value) {
    int low = (int) (value & 0xff);
    return "" + Character.forDigit(low >> 4, 16) + Character.forDigit(low & 15, 16);
  }

  /** The folder of a replica, made durably if need be. */
  Path makeFolderOf(UUID name) throws IOException {
    Path folder = folderOf(name);
    if (!made.contains(folder)) {
      disk.createDirectories(folder);
      made.add(folder);
    }
    return folder;
  }
}
