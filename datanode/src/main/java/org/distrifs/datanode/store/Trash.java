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

  private record Entry(String name, long deletedMs) {
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
  private final Queue<Entry> oldestFirst =
      new PriorityQueue<>(Comparator.comparingLong(Entry::deletedMs));

  Trash(Disk disk, Path dataFolder, ClockSource clock, long keepMs, DiskFailure failure) {
    this.disk = disk;
    this.folder = dataFolder.resolve("trash");
    this.clock = clock;
    this.keepMs = keepMs;
    this.failure = failure;
  }

  /** Finds what was deleted before this start. */
  synchronized void load() throws IOException {
    if (!disk.exists(folder)) {
      return;
    }
    Map<String, Entry> found = new HashMap<>();
    for (Path file : disk.list(folder)) {
      Entry entry = parse(file.getFileName().toString());
      if (entry == null) {
        LOG.warn("Left {} in the trash: it is no deleted replica", file);
      } else {
        found.putIfAbsent(entry.dataName(), entry);
      }
    }
    oldestFirst.addAll(found.values());
  }

  private static Entry parse(String fileName) {
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
              Long.parseLong(dataName.substring(dot + 1)));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * Moves the files of a replica here, the header first: bytes without a header mean nothing. A
   * crash in between leaves bytes that {@link #finish} recognises.
   */
  synchronized void take(Path chunkFolder, UUID name) throws IOException {
    disk.createDirectories(folder);
    Entry entry = new Entry(name.toString(), TimeUnit.NANOSECONDS.toMillis(clock.wallTimeNs()));
    disk.rename(ReplicaFiles.metaPath(chunkFolder, name), folder.resolve(entry.metaName()));
    oldestFirst.add(entry);
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

  /**
   * Deletes for good what has been here for long, and the oldest of the rest while room is short.
   *
   * @param space refreshed as room is won
   */
  synchronized void purge(SpaceGauge space) throws IOException {
    long nowMs = TimeUnit.NANOSECONDS.toMillis(clock.wallTimeNs());
    for (int i = 0; i < MAX_PURGED_AT_ONCE && !oldestFirst.isEmpty(); i++) {
      boolean isDue = nowMs - oldestFirst.element().deletedMs() >= keepMs;
      if (!isDue && space.hasRoomToCreate()) {
        return;
      }
      Entry entry = oldestFirst.remove();
      disk.delete(folder.resolve(entry.dataName()));
      disk.delete(folder.resolve(entry.metaName()));
      if (!isDue) {
        space.refresh();
        LOG.warn("Purged chunk {} from the trash early: the disk is nearly full", entry.name());
      }
    }
  }

  synchronized int count() {
    return oldestFirst.size();
  }
}
