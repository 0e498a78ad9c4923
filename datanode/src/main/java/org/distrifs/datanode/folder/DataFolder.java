package org.distrifs.datanode.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.UUID;
import org.distrifs.proto.id.JournalPosition;
import org.distrifs.runtime.clock.Entropy;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.FolderLock;
import org.distrifs.runtime.disk.LocalDisk;
import org.distrifs.runtime.disk.OpenMode;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * A datanode's data folder, held by this process alone: the node's identity, the highest durable
 * transaction that it has heard of, and whether it was left in order. Any thread.
 */
public final class DataFolder implements AutoCloseable {
  private static final String IDENTITY = "identity";
  private static final String DURABLE_TXID = "durable-txid";
  private static final String CLEAN_SHUTDOWN = "clean-shutdown";
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final Disk disk;
  private final Path path;
  private final FolderLock lock;
  private final boolean uncleanStart;
  private volatile NodeRecord record;
  private JournalPosition heard;

  private DataFolder(
      Disk disk,
      Path path,
      FolderLock lock,
      boolean uncleanStart,
      NodeRecord record,
      JournalPosition heard) {
    this.disk = disk;
    this.path = path;
    this.lock = lock;
    this.uncleanStart = uncleanStart;
    this.record = record;
    this.heard = heard;
  }

  /**
   * Opens the folder, making it if it is not there.
   *
   * @throws OperatorException if another process holds it, if it cannot be used, or if it is of
   *     another format
   */
  public static DataFolder open(Disk disk, Path path, Entropy entropy) {
    try {
      disk.createDirectories(path);
    } catch (IOException e) {
      throw unusable(path, e);
    }
    FolderLock lock = FolderLock.acquire(path);
    boolean opened = false;
    try {
      DataFolder folder = open(disk, path, entropy, lock);
      opened = true;
      return folder;
    } catch (IOException e) {
      throw unusable(path, e);
    } finally {
      if (!opened) {
        release(lock, path);
      }
    }
  }

  private static DataFolder open(Disk disk, Path path, Entropy entropy, FolderLock lock)
      throws IOException {
    SmallFile identity = new SmallFile(disk, path.resolve(IDENTITY));
    ByteBuffer bytes = identity.read();
    boolean isNew = bytes == null;
    NodeRecord record;
    if (isNew) {
      record = new NodeRecord(0, 0, entropy.nextLong());
      identity.replace(record.encode());
    } else {
      record = NodeRecord.decode(bytes, path.resolve(IDENTITY).toString());
    }
    boolean wasClean = disk.delete(path.resolve(CLEAN_SHUTDOWN));
    if (wasClean) {
      disk.syncDirectory(path);
    }
    ByteBuffer txid = new SmallFile(disk, path.resolve(DURABLE_TXID)).read();
    JournalPosition heard =
        txid == null
            ? JournalPosition.NONE
            : DurablePosition.decode(txid, path.resolve(DURABLE_TXID));
    return new DataFolder(disk, path, lock, !wasClean && !isNew, record, heard);
  }

  /**
   * The id of the node whose folder this is, whether a process uses it or not; empty if no cluster
   * has taken it in, or the folder cannot be read.
   */
  public static OptionalInt nodeIdIn(Path folder) {
    try {
      ByteBuffer bytes = new SmallFile(new LocalDisk(), folder.resolve(IDENTITY)).read();
      int id = bytes == null ? 0 : NodeRecord.decode(bytes, IDENTITY).nodeId();
      return id == 0 ? OptionalInt.empty() : OptionalInt.of(id);
    } catch (IOException | OperatorException e) {
      return OptionalInt.empty();
    }
  }

  private static OperatorException unusable(Path path, IOException e) {
    return new OperatorException(
        "Cannot use the data folder "
            + path
            + ": "
            + e.getMessage()
            + ". It must be a folder that this user may write.",
        e);
  }

  private static void release(FolderLock lock, Path path) {
    try {
      lock.close();
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  public Path path() {
    return path;
  }

  /** 0 until a cluster has taken the node in. */
  public long clusterId() {
    return record.clusterId();
  }

  /** 0 until a cluster has taken the node in. */
  public int nodeId() {
    return record.nodeId();
  }

  /** Drawn once for this folder. */
  public long nodeSecret() {
    return record.secret();
  }

  /** Whether the process that used the folder before did not end in order. */
  public boolean isUncleanStart() {
    return uncleanStart;
  }

  /**
   * A cluster has taken the node in; remembered durably.
   *
   * @throws OperatorException if the folder belongs to another cluster or node
   */
  public synchronized void adopt(long clusterId, int nodeId) throws IOException {
    if (record.clusterId() == clusterId && record.nodeId() == nodeId) {
      return;
    }
    if (record.clusterId() != 0) {
      throw new OperatorException(
          "The data folder %s belongs to node %d of cluster %016x, and the master is of cluster %016x and takes it for node %d. Name the data folder of this cluster, or an empty one."
              .formatted(path, record.nodeId(), record.clusterId(), clusterId, nodeId));
    }
    NodeRecord adopted = new NodeRecord(clusterId, nodeId, record.secret());
    new SmallFile(disk, path.resolve(IDENTITY)).replace(adopted.encode());
    record = adopted;
  }

  /** How far this node knows the master's journal to be durable. */
  public synchronized JournalPosition heardDurable() {
    return heard;
  }

  /** Remembers durably how far a master said that its journal is durable. */
  public synchronized void hearDurable(JournalPosition told) throws IOException {
    JournalPosition highest = heard.max(told);
    if (highest.txid() != heard.txid()) {
      new SmallFile(disk, path.resolve(DURABLE_TXID)).replace(DurablePosition.encode(highest));
      heard = highest;
    }
  }

  /** Notes that everything was made durable and marked clean: the next start is a clean one. */
  public void markCleanShutdown() throws IOException {
    try (DiskFile marker = disk.open(path.resolve(CLEAN_SHUTDOWN), OpenMode.CREATE_OR_OPEN)) {
      marker.sync();
    }
    disk.syncDirectory(path);
  }

  /** Tells one boot of this machine from the next: a random number of the kernel. */
  public static UUID bootId() {
    try {
      return UUID.fromString(Files.readString(BOOT_ID).strip());
    } catch (IOException | IllegalArgumentException e) {
      throw new OperatorException(
          "Cannot tell whether this machine was rebooted: "
              + BOOT_ID
              + " cannot be read ("
              + e.getMessage()
              + "). Mount /proc.",
          e);
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
