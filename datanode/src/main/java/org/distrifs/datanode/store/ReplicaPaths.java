package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.distrifs.proto.id.ChunkName;
import org.distrifs.runtime.disk.Disk;

/**
 * Where the files of a replica are: {@code chunks/<xx>/<yy>/<uuid>}, by the third and the second
 * lowest byte of the chunk's id. Ids are given in sequence: by the lowest byte each new chunk would
 * have a folder of its own, whose making and syncing costs more than the chunk. The folders are
 * made when first needed.
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
    return chunks.resolve(hex(id >>> 16)).resolve(hex(id >>> 8));
  }

  private static String hex(long value) {
    int low = (int) (value & 0xff);
    return "" + Character.forDigit(low >> 4, 16) + Character.forDigit(low & 15, 16);
  }

  /** Whether {@link #makeFolderOf} has nothing to make. */
  boolean isFolderMade(UUID name) {
    return made.contains(folderOf(name));
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
