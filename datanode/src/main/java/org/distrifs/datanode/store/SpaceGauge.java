package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.disk.Disk;

/**
 * Room on the disk, asked for now and then and counted in between. New replicas stop at the
 * reserve, growing ones at a quarter of it, so that what is left serves overwrites and headers.
 * What the trash can give back counts as free: it is purged before anything is refused. The
 * quarantine does not count: no new replica is made at its cost, but one that is there may grow at
 * its cost. Any thread.
 */
final class SpaceGauge {
  private static final int GROWTH_DIVISOR = 4;

  /** How long a disk that refused bytes, or an inode, is reported as full. */
  private static final long REFUSED_NS = TimeUnit.SECONDS.toNanos(10);

  private final Disk disk;
  private final Path folder;
  private final ClockSource clock;
  private final long reserveBytes;
  private final AtomicLong usable = new AtomicLong();
  private final AtomicLong inTrash = new AtomicLong();
  private final AtomicLong inQuarantine = new AtomicLong();
  private volatile long total;

  /** 0, or the moment until which the disk is reported as full. */
  private volatile long fullUntilNs;

  SpaceGauge(Disk disk, Path folder, ClockSource clock, long reserveBytes) throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.clock = clock;
    this.reserveBytes = reserveBytes;
    refresh();
  }

  void refresh() throws IOException {
    usable.set(disk.usableBytes(folder));
    total = disk.totalBytes(folder);
  }

  void written(long bytes) {
    usable.addAndGet(-bytes);
  }

  /** A replica that is out of use is kept for a while. */
  void kept(Removal kind, long bytes) {
    bytesOf(kind).addAndGet(bytes);
  }

  /** It is kept no longer. */
  void purged(Removal kind, long bytes) {
    bytesOf(kind).addAndGet(-bytes);
    usable.addAndGet(bytes);
    fullUntilNs = 0;
  }

  private AtomicLong bytesOf(Removal kind) {
    return kind == Removal.TO_TRASH ? inTrash : inQuarantine;
  }

  /**
   * The disk refused a write, whatever it says is free: it may have no inode left, or a quota. No
   * room is reported for a while, or until something was deleted.
   */
  void refused() {
    fullUntilNs = clock.monotonicNs() + REFUSED_NS;
  }

  private boolean wasRefused() {
    long until = fullUntilNs;
    return until != 0 && clock.monotonicNs() - until < 0;
  }

  /** Bytes that are not used, or only by the trash. */
  long freeBytes() {
    return Math.min(total, Math.max(0, usable.get()) + inTrash.get());
  }

  /** Bytes that new replicas may take: what is free above the reserve. */
  long roomBytes() {
    return wasRefused() ? 0 : Math.max(0, freeBytes() - reserveBytes);
  }

  long totalBytes() {
    return total;
  }

  boolean hasRoomToCreate() {
    return freeBytes() > reserveBytes;
  }

  boolean hasRoomToGrow() {
    return freeBytes() + inQuarantine.get() > reserveBytes / GROWTH_DIVISOR;
  }

  /**
   * Whether something has to be given back before {@code bytes} more are written: by the trash from
   * the reserve on, by the quarantine only where replicas could not grow any more.
   */
  boolean isShortFor(long bytes, Removal kind) {
    long limit = kind == Removal.TO_TRASH ? reserveBytes : reserveBytes / GROWTH_DIVISOR;
    return usable.get() - bytes <= limit;
  }
}
