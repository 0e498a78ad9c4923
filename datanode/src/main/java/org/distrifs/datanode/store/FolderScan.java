package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.distrifs.runtime.disk.Disk;
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
      if (ReplicaForm.isMetaOnly(fileName)) {
        String name = ReplicaForm.dataName(fileName);
        if (load(ReplicaForm.TWO_FILES, folder.resolve(name))) {
          whole.add(name);
        } else {
          moveAway(file, "it has no whole header of this chunk");
        }
      }
    }
    for (Path file : files) {
      String fileName = file.getFileName().toString();
      if (!ReplicaForm.isMetaOnly(fileName)
          && !whole.contains(fileName)
          && !load(ReplicaForm.ONE_FILE, file)
          && !kept.finish(file)) {
        moveAway(file, "it has no whole header of this chunk, nor a .meta file beside it");
      }
    }
  }

  private boolean load(ReplicaForm form, Path dataPath) throws IOException {
    FoundReplica found = FoundReplica.read(disk, form, dataPath);
    if (found == null
        || !found.header().name().toString().equals(dataPath.getFileName().toString())) {
      return false;
    }
    index.addIfAbsent(Replica.found(found, bootId));
    return true;
  }

  private void moveAway(Path file, String why) throws IOException {
    disk.createDirectories(quarantine);
    Path target = quarantine.resolve(file.getFileName());
    disk.rename(file, target);
    LOG.warn("Moved {} to {}: {}", file, target, why);
  }
}
