package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.disk.Disk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicas that were taken out of use, kept for a while in a folder of their own: the two files of
 * each, under their names with the time of the removal in between. Any thread.
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
    Map<String, RemovedName> found = new HashMap<>();
    for (Path file : disk.list(folder)) {
      String name = file.getFileName().toString();
      RemovedName entry =
          RemovedName.parse(name, RemovedName.isMeta(name) ? 0 : disk.sizeBytes(file));
      if (entry == null) {
        // The quarantine holds halves of replicas too, which FolderScan has put there.
        LOG.debug("Left {} where it is: it is no replica with a time", file);
      } else {
        // Of the two files of a replica the one with the bytes counts.
        found.merge(entry.dataName(), entry, (a, b) -> a.bytes() >= b.bytes() ? a : b);
      }
    }
    found.values().forEach(this::keep);
  }

  private void keep(RemovedName entry) {
    oldestFirst.add(entry);
    space.kept(kind, entry.bytes());
  }

  /**
   * Moves the files of a replica here, the header first: bytes without a header mean nothing. A
   * crash in between leaves bytes that {@link #finish} recognises.
   *
   * @param bytes of the replica; where it has holes, more than the disk gets back
   */
  synchronized void take(Path chunkFolder, UUID name, long bytes) throws IOException {
    disk.createDirectories(folder);
    RemovedName entry = new RemovedName(name, nowMs(), bytes);
    disk.rename(ReplicaFiles.metaPath(chunkFolder, name), folder.resolve(entry.metaName()));
    keep(entry);
    moveData(chunkFolder, entry);
    failure.guard(folder.toString(), () -> disk.syncDirectory(folder));
  }

  private void moveData(Path chunkFolder, RemovedName entry) throws IOException {
    Path data = chunkFolder.resolve(entry.name().toString());
    if (disk.exists(data)) {
      disk.rename(data, folder.resolve(entry.dataName()));
    }
    failure.guard(chunkFolder.toString(), () -> disk.syncDirectory(chunkFolder));
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
      if (entry.name().toString().equals(name) && !disk.exists(folder.resolve(entry.dataName()))) {
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
    disk.delete(folder.resolve(entry.dataName()));
    disk.delete(folder.resolve(entry.metaName()));
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
