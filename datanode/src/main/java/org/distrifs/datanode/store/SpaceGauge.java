package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.runtime.disk.Disk;

/**
 * Room on the disk, asked for now and then and counted down in between. New replicas stop at the
 * reserve, growing ones at a quarter of it, so that what is left serves overwrites and headers.
 */
final class SpaceGauge {
  private static final int GROWTH_DIVISOR = 4;

  private final Disk disk;
  private final Path folder;
  private final long reserveBytes;
  private final AtomicLong usable = new AtomicLong();
  private volatile long total;

  SpaceGauge(Disk disk, Path folder, long reserveBytes) throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.reserveBytes = reserveBytes;
    refresh();
  }

  void refresh() throws IOException {
    usable.set(disk.usableBytes(folder));
    total = disk.totalBytes(folder);
  }

  void written(int bytes) {
    usable.addAndGet(-bytes);
  }

  long usableBytes() {
    return Math.max(0, usable.get());
  }

  long totalBytes() {
    return total;
  }

  boolean hasRoomToCreate() {
    return usable.get() > reserveBytes;
  }

  boolean hasRoomToGrow() {
    return usable.get() > reserveBytes / GROWTH_DIVISOR;
  }
}
