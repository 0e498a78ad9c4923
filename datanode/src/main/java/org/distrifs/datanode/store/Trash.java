package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.disk.Disk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicas that were taken out of use, kept for a while in a folder of their own, under their names
 * with the time of the removal behind. Any thread.
 */
final class Trash {
  private static final Logger LOG = LoggerFactory.getLogger(Trash.class);

  /** Replicas purged in one go, so that nobody waits long for the disk. */
  private static final int MAX_PURGED_AT_ONCE = 256;

  /** Between two lines that say how much was purged early. */
  private static final long TELL_MS = 60_000;

  private final Removal kind;
  private final Disk disk;
  private final Path folder;
  private final ClockSource clock;
  private final long keepMs;
  private final DiskFailure failure;
  private final SpaceGauge space;
  private final Queue<RemovedName> oldestFirst =
      new PriorityQueue<>(Comparator.comparingLong(RemovedName::removedMs));

  /** Folders whose names changed and are not synced yet. */
  private final Set<Path> unsynced = new LinkedHashSet<>();

  private long purgedEarly;
  private long bytesPurgedEarly;
  private long toldMs;

  /**
   * @param kind of what comes here
   * @param folder is made when the first replica comes
   * @param keepMs how long each is kept while there is room
   * @param space told what is here
   */
  Trash(
      Removal kind,
      Disk disk,
      Path folder,
      ClockSource clock,
      long keepMs,
      DiskFailure failure,
      SpaceGauge space) {
    this.kind = kind;
    this.disk = disk;
    this.folder = folder;
    this.clock = clock;
    this.keepMs = keepMs;
    this.failure = failure;
    this.space = space;
  }

  /** Finds what was removed before this start. */
  synchronized void load() throws IOException {
    if (!disk.exists(folder)) {
      return;
    }
    Set<Path> found = new LinkedHashSet<>();
    for (Path file : disk.list(folder)) {
      found.add(file.resolveSibling(ReplicaForm.dataName(file.getFileName().toString())));
    }
    for (Path dataPath : found) {
      RemovedName entry =
          RemovedName.parse(dataPath.getFileName().toString(), lengthBytes(disk, dataPath));
      if (entry == null) {
        // The quarantine holds halves of replicas too, which FolderScan has put there.
        LOG.debug("Left {} where it is: it is no replica with a time", dataPath);
      } else {
        keep(entry);
      }
    }
  }

  /** Length of a replica that was removed. A file of the form of two files has it as its size. */
  static long lengthBytes(Disk disk, Path dataPath) throws IOException {
    if (!disk.exists(dataPath)) {
      return 0;
    }
    FoundReplica found = FoundReplica.read(disk, ReplicaForm.ONE_FILE, dataPath);
    return found == null ? disk.sizeBytes(dataPath) : found.lengthBytes();
  }

  private void keep(RemovedName entry) {
    oldestFirst.add(entry);
    space.kept(kind, entry.bytes());
  }

  /**
   * Moves a replica here, durably after {@link #makeDurable}. A crash before may leave it in its
   * place, where it is found, reported and removed again. Where it has holes, the disk gets back
   * less than its length. Of two files the one with the header is first: bytes without a header
   * mean nothing, and after a crash in between {@link #finish} recognises them.
   */
  synchronized void take(Path chunkFolder, Replica replica) throws IOException {
    disk.createDirectories(folder);
    RemovedName entry = new RemovedName(replica.name, nowMs(), replica.lengthBytes());
    if (replica.form == ReplicaForm.TWO_FILES) {
      disk.rename(
          metaOfTwo(ReplicaForm.dataPath(chunkFolder, replica.name)), metaOfTwo(entry.in(folder)));
    }
    keep(entry);
    moveData(chunkFolder, entry);
  }

  /** Syncs the folders that replicas were moved from and to, each once. */
  void makeDurable() throws IOException {
    List<Path> folders;
    synchronized (this) {
      folders = List.copyOf(unsynced);
      unsynced.clear();
    }
    for (Path each : folders) {
      failure.guard(each.toString(), () -> disk.syncDirectory(each));
    }
  }

  private static Path metaOfTwo(Path dataPath) {
    return ReplicaForm.TWO_FILES.metaPath(dataPath);
  }

  private void moveData(Path chunkFolder, RemovedName entry) throws IOException {
    Path data = ReplicaForm.dataPath(chunkFolder, entry.name());
    if (disk.exists(data)) {
      disk.rename(data, entry.in(folder));
    }
    // Where it comes to is synced first: it must not be gone from both.
    unsynced.add(folder);
    unsynced.add(chunkFolder);
  }

  /**
   * Bytes without a header were found: if their header is here without bytes, a crash came between
   * the two, and they follow it.
   *
   * @return whether they did
   */
  synchronized boolean finish(Path data) throws IOException {
    String name = data.getFileName().toString();
    for (RemovedName entry : oldestFirst) {
      if (entry.name().toString().equals(name) && !disk.exists(entry.in(folder))) {
        moveData(data.getParent(), entry);
        return true;
      }
    }
    return false;
  }

  /** Deletes for good what has been here for long. */
  synchronized void purgeDue() throws IOException {
    long nowMs = nowMs();
    for (int i = 0; i < MAX_PURGED_AT_ONCE && !oldestFirst.isEmpty(); i++) {
      if (nowMs - oldestFirst.element().removedMs() < keepMs) {
        break;
      }
      purgeOldest();
    }
    tellPurgedEarly(nowMs);
  }

  /** Deletes for good what is oldest here, as far as the disk needs it for {@code bytes} more. */
  synchronized void makeRoomFor(long bytes) throws IOException {
    while (!oldestFirst.isEmpty() && space.isShortFor(bytes, kind)) {
      purgeEarly();
    }
  }

  /**
   * The disk is full, whatever it says is free: deletes the oldest replica.
   *
   * @return whether there was one
   */
  synchronized boolean giveUpOldest() throws IOException {
    if (oldestFirst.isEmpty()) {
      return false;
    }
    purgeEarly();
    return true;
  }

  private void purgeEarly() throws IOException {
    purgedEarly++;
    bytesPurgedEarly += purgeOldest();
  }

  private long purgeOldest() throws IOException {
    RemovedName entry = oldestFirst.remove();
    disk.delete(entry.in(folder));
    disk.delete(metaOfTwo(entry.in(folder)));
    space.purged(kind, entry.bytes());
    LOG.debug("Purged chunk {} from {}", entry.name(), folder);
    return entry.bytes();
  }

  private void tellPurgedEarly(long nowMs) {
    if (purgedEarly > 0 && nowMs - toldMs >= TELL_MS) {
      switch (kind) {
        case TO_TRASH ->
            LOG.info(
                "Purged {} replicas with {} bytes from the trash early: the disk is nearly full",
                purgedEarly,
                bytesPurgedEarly);
        case TO_QUARANTINE ->
            LOG.warn(
                "Purged {} replicas with {} bytes from quarantine, the oldest first: the disk is"
                    + " full, and the trash is empty",
                purgedEarly,
                bytesPurgedEarly);
      }
      toldMs = nowMs;
      purgedEarly = 0;
      bytesPurgedEarly = 0;
    }
  }

  private long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(clock.wallTimeNs());
  }

  synchronized int count() {
    return oldestFirst.size();
  }
}
