package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.OpenMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the replicas in a data folder at start. A file that is no part of a whole replica (a crash
 * took its other half before anything of it was durable) is moved to {@code quarantine/}, never
 * deleted.
 */
final class FolderScan {
  private static final Logger LOG = LoggerFactory.getLogger(FolderScan.class);

  private final Disk disk;
  private final Path chunks;
  private final Path quarantine;
  private final UUID bootId;
  private final ReplicaIndex index;
  private final KeptReplicas kept;

  FolderScan(
      Disk disk, Path quarantine, Path chunks, UUID bootId, ReplicaIndex index, KeptReplicas kept) {
    this.disk = disk;
    this.chunks = chunks;
    this.quarantine = quarantine;
    this.bootId = bootId;
    this.index = index;
    this.kept = kept;
  }

  void run() throws IOException {
    if (!disk.exists(chunks)) {
      return;
    }
    for (Path upper : disk.list(chunks)) {
      for (Path folder : disk.list(upper)) {
        scan(folder);
      }
    }
  }

  private void scan(Path folder) throws IOException {
    List<Path> files = disk.list(folder);
    Set<String> whole = new HashSet<>();
    for (Path file : files) {
      String fileName = file.getFileName().toString();
      if (fileName.endsWith(ReplicaFiles.META_SUFFIX)) {
        String name = fileName.substring(0, fileName.length() - ReplicaFiles.META_SUFFIX.length());
        if (load(folder, file, name)) {
          whole.add(name);
        }
      }
    }
    for (Path file : files) {
      String fileName = file.getFileName().toString();
      if (!fileName.endsWith(ReplicaFiles.META_SUFFIX)
          && !whole.contains(fileName)
          && !kept.finish(file)) {
        moveAway(file, "it has no whole .meta file beside it");
      }
    }
  }

  private boolean load(Path folder, Path metaPath, String name) throws IOException {
    MetaHeader header = ReplicaFiles.readHeader(disk, metaPath);
    if (header == null) {
      moveAway(metaPath, "neither of its header slots is whole");
      return false;
    }
    if (!header.name().toString().equals(name)) {
      moveAway(metaPath, "its header is that of chunk " + header.name());
      return false;
    }
    int length = header.lengthBytes();
    if (!header.dirty().isEmpty()) {
      length = (int) Math.max(length, dataBytes(ReplicaFiles.dataPath(folder, header.name())));
    }
    index.addIfAbsent(Replica.found(header, length, bootId));
    return true;
  }

  private long dataBytes(Path dataPath) throws IOException {
    if (!disk.exists(dataPath)) {
      return 0;
    }
    try (DiskFile data = disk.open(dataPath, OpenMode.READ)) {
      return Math.min(data.sizeBytes(), ChunkStore.MAX_CHUNK_BYTES);
    }
  }

  private void moveAway(Path file, String why) throws IOException {
    disk.createDirectories(quarantine);
    Path target = quarantine.resolve(file.getFileName());
    disk.rename(file, target);
    LOG.warn("Moved {} to {}: {}", file, target, why);
  }
}
