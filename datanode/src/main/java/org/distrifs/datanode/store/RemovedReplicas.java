package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.disk.FolderLock;
import org.distrifs.runtime.disk.LocalDisk;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * The replicas that a datanode has set aside, for its operator: in quarantine after a rollback of
 * the master, or in the trash. They can be listed whether the datanode runs or not; it has to be
 * stopped before some are removed or brought back, since it counts them.
 */
public final class RemovedReplicas {

  /**
   * One of them.
   *
   * @param bytes of the chunk
   * @param removedMs when it was set aside, since 1970
   */
  public record Removed(UUID chunk, int version, long bytes, long removedMs) {}

  private final Disk disk = new LocalDisk();
  private final Path dataFolder;
  private final Path folder;

  private RemovedReplicas(Path dataFolder, String folder) {
    this.dataFolder = dataFolder;
    this.folder = dataFolder.resolve(folder);
  }

  /** Those that a rollback has lost. */
  public static RemovedReplicas inQuarantine(Path dataFolder) {
    return new RemovedReplicas(dataFolder, KeptReplicas.QUARANTINE);
  }

  /** Those that were deleted. */
  public static RemovedReplicas inTrash(Path dataFolder) {
    return new RemovedReplicas(dataFolder, KeptReplicas.TRASH);
  }

  /** All of them, the oldest first. */
  public List<Removed> list() {
    return guarded(
        "list",
        () ->
            !disk.exists(folder)
                ? List.of()
                : disk.list(folder).stream()
                    .map(file -> ReplicaForm.dataName(file.getFileName().toString()))
                    .distinct()
                    .map(this::describe)
                    .filter(Objects::nonNull)
                    .sorted(Comparator.comparingLong(Removed::removedMs))
                    .toList());
  }

  /** Null for a file that is no part of a whole replica. */
  private Removed describe(String fileName) {
    RemovedName name = RemovedName.parse(fileName, 0);
    if (name == null) {
      return null;
    }
    Path dataPath = name.in(folder);
    FoundReplica found = guarded("read", () -> FoundReplica.read(disk, formOf(dataPath), dataPath));
    return found == null
        ? null
        : new Removed(name.name(), found.header().version(), found.lengthBytes(), name.removedMs());
  }

  private ReplicaForm formOf(Path dataPath) throws IOException {
    return disk.exists(ReplicaForm.TWO_FILES.metaPath(dataPath))
        ? ReplicaForm.TWO_FILES
        : ReplicaForm.ONE_FILE;
  }

  /**
   * Removes some for good.
   *
   * @throws OperatorException if a datanode uses the folder
   */
  public void remove(Collection<Removed> some) {
    guarded(
        "remove",
        () -> {
          try (FolderLock lock = FolderLock.acquire(dataFolder)) {
            for (Removed each : some) {
              RemovedName name = nameOf(each);
              disk.delete(name.in(folder));
              disk.delete(ReplicaForm.TWO_FILES.metaPath(name.in(folder)));
            }
            return some.size();
          }
        });
  }

  /**
   * Puts some back in their places. A chunk of which there is another replica is left out.
   *
   * @return how many came back
   * @throws OperatorException if a datanode uses the folder
   */
  public int restore(Collection<Removed> some) {
    return guarded(
        "restore",
        () -> {
          try (FolderLock lock = FolderLock.acquire(dataFolder)) {
            ReplicaPaths paths = new ReplicaPaths(disk, dataFolder);
            int restored = 0;
            for (Removed each : some) {
              restored += restore(each, paths) ? 1 : 0;
            }
            return restored;
          }
        });
  }

  /**
   * Of two files the one with the bytes is first: without a header they are found at a start, and
   * are put here again.
   */
  private boolean restore(Removed removed, ReplicaPaths paths) throws IOException {
    Path place = ReplicaForm.dataPath(paths.makeFolderOf(removed.chunk()), removed.chunk());
    Path from = nameOf(removed).in(folder);
    boolean isBytesMoved = !disk.exists(from);
    if (disk.exists(ReplicaForm.TWO_FILES.metaPath(place))
        || (disk.exists(place) && !isBytesMoved)) {
      return false;
    }
    ReplicaForm form = formOf(from);
    if (!isBytesMoved) {
      disk.rename(from, place);
    }
    disk.syncDirectory(place.getParent());
    if (form == ReplicaForm.TWO_FILES) {
      disk.rename(form.metaPath(from), form.metaPath(place));
      disk.syncDirectory(place.getParent());
    }
    return true;
  }

  private static RemovedName nameOf(Removed removed) {
    return new RemovedName(removed.chunk(), removed.removedMs(), removed.bytes());
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T guarded(String what, Work<T> work) {
    try {
      return work.run();
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot %s replicas in %s: %s.".formatted(what, folder, FailureReason.of(e)), e);
    }
  }
}
