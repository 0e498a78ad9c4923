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
 * Deleted replicas, kept for a while: the two files of each in {@code trash/}, under their names
 * with the time of the deletion in between. Any thread.
 */
final class Trash {
  private static final Logger LOG = LoggerFactory.getLogger(Trash.class);

  /** Replicas purged in one go, so that nobody waits long for the disk. */
  private static final int MAX_PURGED_AT_ONCE = 256;

  /** Between two lines that say how much was purged early. */
  private static final long TELL_MS = 60_000;

  private record Entry(String name, long deletedMs, long bytes) {
    String dataName() {
      return name + "." + deletedMs;
    }

    String metaName() {
      return dataName() + ReplicaFiles.META_SUFFIX;
    }
  }

  private final Disk disk;
  private final Path folder;
  private final ClockSource clock;
  private final long keepMs;
  private final DiskFailure failure;
  private final SpaceGauge space;
  private final Queue<Entry> oldestFirst =
      new PriorityQueue<>(Comparator.comparingLong(Entry::deletedMs));

  private long purgedEarly;
  private long bytesPurgedEarly;
  private long toldMs;

  /**
   * @param space told what is here, which counts as free
   */
  Trash(
      Disk disk,
      Path dataFolder,
      ClockSource clock,
      long keepMs,
      DiskFailure failure,
      SpaceGauge space) {
    this.disk = disk;
    this.folder = dataFolder.resolve("trash");
    this.clock = clock;
    this.keepMs = keepMs;
    this.failure = failure;
    this.space = space;
  }

  /** Finds what was deleted before this start. */
  synchronized void load() throws IOException {
    if (!disk.exists(folder)) {
      return;
    }
    Map<String, Entry> found = new HashMap<>();
    for (Path file : disk.list(folder)) {
      String name = file.getFileName().toString();
      Entry entry = parse(name, name.endsWith(ReplicaFiles.META_SUFFIX) ? 0 : disk.sizeBytes(file));
      if (entry == null) {
        LOG.warn("Left {} in the trash: it is no deleted replica", file);
      } else {
        // Of the two files of a replica the one with the bytes counts.
        found.merge(entry.dataName(), entry, (a, b) -> a.bytes() >= b.bytes() ? a : b);
      }
    }
    found.values().forEach(this::keep);
  }

  private void keep(Entry entry) {
    oldestFirst.add(entry);
    space.movedToTrash(entry.bytes());
  }

  private static Entry parse(String fileName, long bytes) {
    String dataName =
        fileName.endsWith(ReplicaFiles.META_SUFFIX)
            ? fileName.substring(0, fileName.length() - ReplicaFiles.META_SUFFIX.length())
            : fileName;
    int dot = dataName.indexOf('.');
    try {
      return dot < 0
          ? null
          : new Entry(
              UUID.fromString(dataName.substring(0, dot)).toString(),
              Long.parseLong(dataName.substring(dot + 1)),
              bytes);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * Moves the files of a replica here, the header first: bytes without a header mean nothing. A
   * crash in between leaves bytes that {@link #finish} recognises.
   *
   * @param bytes of the replica; where it has holes, more than the disk gets back
   */
  synchronized void take(Path chunkFolder, UUID name, long bytes) throws IOException {
    disk.createDirectories(folder);
    Entry entry = new Entry(name.toString(), nowMs(), bytes);
    disk.rename(ReplicaFiles.metaPath(chunkFolder, name), folder.resolve(entry.metaName()));
    keep(entry);
    moveData(chunkFolder, entry);
    failure.guard(folder.toString(), () -> disk.syncDirectory(folder));
  }

  private void moveData(Path chunkFolder, Entry entry) throws IOException {
    Path data = chunkFolder.resolve(entry.name());
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
    for (Entry entry : oldestFirst) {
      if (entry.name().equals(name) && !disk.exists(folder.resolve(entry.dataName()))) {
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
      if (nowMs - oldestFirst.element().deletedMs() < keepMs) {
        break;
      }
      purgeOldest();
    }
    tellPurgedEarly(nowMs);
  }

  /**
   * Deletes for good what is oldest here, as far as the disk needs it for {@code bytes} more.
   *
   * @return whether anything was deleted
   */
  synchronized boolean makeRoomFor(long bytes) throws IOException {
    boolean purged = false;
    while (!oldestFirst.isEmpty() && space.isShortFor(bytes)) {
      purgeEarly();
      purged = true;
    }
    return purged;
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
    Entry entry = oldestFirst.remove();
    disk.delete(folder.resolve(entry.dataName()));
    disk.delete(folder.resolve(entry.metaName()));
    space.purged(entry.bytes());
    LOG.debug("Purged chunk {} from the trash", entry.name());
    return entry.bytes();
  }

  private void tellPurgedEarly(long nowMs) {
    if (purgedEarly > 0 && nowMs - toldMs >= TELL_MS) {
      LOG.info(
          "Purged {} replicas with {} bytes from the trash early: the disk is nearly full",
          purgedEarly,
          bytesPurgedEarly);
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
