package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.distrifs.runtime.disk.Disk;

/**
 * When what is written is on the disk, and what the header says about it. All methods run as an
 * operation of the replica.
 */
final class Durability {
  private final Disk disk;
  private final ReplicaPaths paths;
  private final UUID bootId;
  private final DiskFailure failure;
  private final ReplicaIndex index;

  Durability(Disk disk, ReplicaPaths paths, UUID bootId, DiskFailure failure, ReplicaIndex index) {
    this.disk = disk;
    this.paths = paths;
    this.bootId = bootId;
    this.failure = failure;
    this.index = index;
  }

  /**
   * Says durably that a range of bytes is about to differ from what is durable. Costs a sync for
   * the first write to a clean replica and for the first one to another MiB, and nothing after it.
   */
  void markDirty(Replica replica, ReplicaFiles files, long from, long end) throws IOException {
    if (replica.markDirty(from, end)) {
      writeHeader(replica, files);
      syncMeta(replica, files);
    }
  }

  /**
   * Writes over the header before the last one. The last one is durable by then: else a crash in
   * the middle of this could leave only one from before both, which may call clean what is not.
   */
  private void writeHeader(Replica replica, ReplicaFiles files) throws IOException {
    if (replica.isHeaderInDoubt()) {
      syncMeta(replica, files);
    }
    files.meta.writeHeader(replica.nextHeader(bootId));
    replica.setHeaderInDoubt(true);
  }

  private void syncMeta(Replica replica, ReplicaFiles files) throws IOException {
    failure.guard(files.meta.file().toString(), files.meta.file()::sync);
    replica.setHeaderInDoubt(false);
  }

  /** One sync in the form of one file. Bytes, checksums and header get durable in any order. */
  private void syncAll(Replica replica, ReplicaFiles files) throws IOException {
    if (!files.isOneFile()) {
      failure.guard(files.data.toString(), files.data::sync);
    }
    syncMeta(replica, files);
  }

  /**
   * Writes a header after a change of the length that no slot of the table of recent writes tells.
   * It is durable after the next sync.
   */
  void lengthChanged(Replica replica, ReplicaFiles files) throws IOException {
    writeHeader(replica, files);
  }

  /** Makes the length durable in the header, before the table of recent writes forgets it. */
  void keepLength(Replica replica, ReplicaFiles files) throws IOException {
    if (!replica.isLengthInHeader()) {
      writeHeader(replica, files);
    }
    if (replica.isHeaderInDoubt()) {
      syncMeta(replica, files);
    }
  }

  /**
   * Makes all behind the length zeros, if a write that failed or that an unclean stop interrupted
   * may have left something there. To be called before the replica grows.
   */
  void clearTail(Replica replica, ReplicaFiles files) throws IOException {
    if (replica.isTailInDoubt()) {
      files.cutBehind(replica.lengthBytes());
      replica.setTailInDoubt(false);
    }
  }

  /**
   * Makes everything durable that was applied so far. The lengths in the table of recent writes
   * spare a header.
   */
  void sync(Replica replica, ReplicaFiles files) throws IOException {
    if (replica.isDurable()) {
      return;
    }
    long changes = replica.changes();
    syncAll(replica, files);
    syncFolder(replica);
    replica.madeDurable(changes);
  }

  private void syncFolder(Replica replica) throws IOException {
    if (!replica.isFolderDurable()) {
      Path folder = paths.folderOf(replica.name);
      failure.guard(folder.toString(), () -> disk.syncDirectory(folder));
      replica.madeFolderDurable();
    }
  }

  /**
   * Makes everything durable and then says so: the replica is clean. One that a crash would leave
   * different from the other members stays dirty. The mark itself is not synced: a crash that loses
   * it makes a replica suspect that need not be, and no more.
   */
  void clean(Replica replica, ReplicaFiles files) throws IOException {
    sync(replica, files);
    if (!replica.isDirty()
        || !replica.isFullyAcknowledged()
        || replica.isSuspect()
        || replica.isJoining()) {
      return;
    }
    if (replica.isTailInDoubt()) {
      clearTail(replica, files);
      syncAll(replica, files);
    }
    replica.markClean();
    writeHeader(replica, files);
    index.changed(replica);
  }

  /** Says durably that the replica belongs to no chain, before its bytes become others. */
  void join(Replica replica, ReplicaFiles files) throws IOException {
    replica.joining(bootId);
    writeHeader(replica, files);
    syncMeta(replica, files);
    index.changed(replica);
  }

  /**
   * Takes a new version and chain. Bytes and checksums are durable before the header that calls
   * them clean is written.
   */
  void install(Replica replica, ReplicaFiles files, int version, List<Integer> nodeIds)
      throws IOException {
    long changes = replica.changes();
    clearTail(replica, files);
    syncAll(replica, files);
    syncFolder(replica);
    replica.installed(version, nodeIds, bootId);
    writeHeader(replica, files);
    syncMeta(replica, files);
    replica.madeDurable(changes);
    index.changed(replica);
  }
}
