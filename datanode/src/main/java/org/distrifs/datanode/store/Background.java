package org.distrifs.datanode.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.disk.FileSystemSync;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work beside the requests: makes replicas at rest durable and marks them clean, and has the
 * kernel write long streams of writes to the disk early, since it starts late by itself and the
 * last sync would have to wait for all of it.
 */
final class Background implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Background.class);

  private static final int PERIOD_MS = 1000;
  private static final int MAX_WRITE_BACKS_WAITING = 256;
  private static final int CLOSE_SECONDS = 30;

  /** From so many replicas on, each of which needs two syncs, one of the file system is less. */
  private static final int WHOLE_SYNC_FROM = 8;

  private final StoreSettings settings;
  private final OpenFiles openFiles;
  private final DiskThreads diskThreads;
  private final Durability durability;
  private final DiskFailure failure;
  private final ClockSource clock;
  private final SpaceGauge space;
  private final KeptReplicas kept;
  private final FileSystemSync fileSystem;

  /** Replicas that are dirty though not suspect, and so have to be marked clean some day. */
  private final Set<Replica> dirty = ConcurrentHashMap.newKeySet();

  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(NamedThreads.daemon("datanode", "clean"));

  /** With more to do than this, it is left to the write-back of the kernel. */
  private final ExecutorService writeBack =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(MAX_WRITE_BACKS_WAITING),
          NamedThreads.daemon("datanode", "write-back"),
          new ThreadPoolExecutor.DiscardPolicy());

  Background(
      StoreSettings settings,
      OpenFiles openFiles,
      DiskThreads diskThreads,
      Durability durability,
      DiskFailure failure,
      ClockSource clock,
      SpaceGauge space,
      KeptReplicas kept,
      FileSystemSync fileSystem) {
    this.settings = settings;
    this.openFiles = openFiles;
    this.diskThreads = diskThreads;
    this.durability = durability;
    this.failure = failure;
    this.clock = clock;
    this.space = space;
    this.kept = kept;
    this.fileSystem = fileSystem;
  }

  void start() {
    ticker.scheduleWithFixedDelay(this::tick, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    try {
      space.refresh();
      kept.makeDurable();
      kept.purgeDue();
      kept.makeRoomFor(0);
      cleanIdle(settings.cleanAfterMs());
    } catch (IOException | RuntimeException e) {
      LOG.error("Cannot look after the data folder; trying again in {} ms", PERIOD_MS, e);
    }
  }

  /** A replica was changed; on a disk thread. */
  void changed(Replica replica) {
    dirty.add(replica);
  }

  /** Bytes were written to an open replica; on a disk thread. */
  void written(Replica replica, ReplicaFiles files, int bytes) {
    files.bytesSinceWriteBack += bytes;
    if (settings.writeBackBytes() > 0 && files.bytesSinceWriteBack >= settings.writeBackBytes()) {
      files.bytesSinceWriteBack = 0;
      writeBack.execute(() -> writeBack(replica));
    }
  }

  private void writeBack(Replica replica) {
    ReplicaFiles files = openFiles.acquireIfOpen(replica);
    if (files == null) {
      return;
    }
    try {
      failure.guard(files.data.toString(), files.data::sync);
    } catch (StoreException e) {
      LOG.error("Write-back of chunk {} failed", replica, e);
    } finally {
      openFiles.release(files);
    }
  }

  /** Makes durable and marks clean what had no change for a while. */
  private void cleanIdle(long idleMs) throws StoreException {
    List<Replica> idle = idleSince(clock.monotonicNs() - TimeUnit.MILLISECONDS.toNanos(idleMs));
    if (idle.size() >= WHOLE_SYNC_FROM) {
      makeDurableTogether(idle);
    }
    idle.forEach(this::clean);
  }

  private List<Replica> idleSince(long ns) {
    List<Replica> idle = new ArrayList<>();
    for (Iterator<Replica> it = dirty.iterator(); it.hasNext(); ) {
      Replica replica = it.next();
      if (!replica.isDirty()) {
        it.remove();
      } else if (ns - replica.lastChangeNs() >= 0
          && replica.isFullyAcknowledged()
          && !replica.isJoining()) {
        idle.add(replica);
      }
    }
    return idle;
  }

  /** What is changed meanwhile is not durable by this, and is made so by itself. */
  private void makeDurableTogether(List<Replica> replicas) throws StoreException {
    long[] changes = replicas.stream().mapToLong(Replica::changes).toArray();
    failure.guard("the data folder", fileSystem::sync);
    for (int i = 0; i < changes.length; i++) {
      replicas.get(i).madeDurable(changes[i]);
      replicas.get(i).madeFolderDurable();
    }
  }

  private void clean(Replica replica) {
    try {
      diskThreads.execute(replica, () -> cleanNow(replica));
    } catch (StoreException e) {
      LOG.debug("Marking clean waits: {}", e.getMessage());
    }
  }

  /**
   * Runs as an operation of the replica: nothing can arrive between the sync and the mark. That the
   * replica had no writes for seconds keeps callers from waiting for it.
   */
  private void cleanNow(Replica replica) {
    if (replica.isDiscarded()) {
      return;
    }
    try {
      ReplicaFiles files = openFiles.acquire(replica);
      try {
        durability.clean(replica, files);
      } finally {
        openFiles.release(files);
      }
    } catch (IOException e) {
      LOG.error("Cannot make chunk {} durable", replica, e);
    }
  }

  /** Marks everything clean that may be, for an orderly stop. Returns before it is done. */
  void cleanAll() {
    dirty.forEach(this::clean);
  }

  int dirtyCount() {
    return dirty.size();
  }

  @Override
  public void close() {
    ticker.shutdown();
    writeBack.shutdown();
    try {
      if (!ticker.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)
          || !writeBack.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Background work on the data folder did not end within {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      fileSystem.close();
    } catch (IOException e) {
      LOG.warn("{}", e.getMessage());
    }
  }
}
