package org.distrifs.datanode.store;

import java.util.concurrent.TimeUnit;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Which writes are applied by the thread that brings them, a thread that serves connections: short
 * ones that end in the page cache and sync nothing. To hand such a write to a disk thread costs
 * more than the write.
 *
 * <p>The kernel may hold a write up all the same: it slows writers down when too much waits for the
 * disk, and a block that is written in part is read first. The connections of the thread wait as
 * long. So once a write took longer than {@value #SLOW_MS} ms, disk threads take all of them for
 * {@value #PAUSE_MS} ms: a slow disk holds each thread up once in that time. Any thread.
 */
final class ShortWrites {
  /** In bytes. */
  static final int MAX_BYTES = 64 << 10;

  static final int SLOW_MS = 20;
  static final int PAUSE_MS = 1000;

  private final ReplicaPaths paths;
  private final SpaceGauge space;
  private final ClockSource clock;

  /** No write is applied here until then; on the clock. */
  private volatile long pausedUntilNs;

  ShortWrites(ReplicaPaths paths, SpaceGauge space, ClockSource clock) {
    this.paths = paths;
    this.space = space;
    this.clock = clock;
    this.pausedUntilNs = clock.monotonicNs();
  }

  /**
   * Whether a write may be applied by its own thread; asked as an operation of the replica.
   *
   * @param isOpen whether the replica's files are open
   */
  boolean include(Replica replica, boolean isOpen, DataRequest.Write write) {
    if (write.length() > MAX_BYTES || clock.monotonicNs() - pausedUntilNs < 0) {
      return false;
    }
    boolean syncsNoFolder = isOpen || (replica.isBorn() && paths.isFolderMade(replica.name));
    int firstChanged = Math.min(write.offset(), replica.lengthBytes());
    return syncsNoFolder
        && replica.isDirty(firstChanged, (long) write.offset() + write.length())
        && !space.isShortFor(write.length(), Removal.TO_TRASH);
  }

  /** A write that began at {@code startNs} was applied by its own thread. */
  void ended(long startNs) {
    long nowNs = clock.monotonicNs();
    if (nowNs - startNs > TimeUnit.MILLISECONDS.toNanos(SLOW_MS)) {
      pausedUntilNs = nowNs + TimeUnit.MILLISECONDS.toNanos(PAUSE_MS);
    }
  }
}
