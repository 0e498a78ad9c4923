package org.distrifs.client.write;

import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.control.ChunkLocation;

/**
 * Where the chunks of one file are, and to which of them packets may go now. Not thread-safe:
 * belongs to the file's lock.
 */
final class WritableChunks {
  private final long inode;
  private final WriterLock lock;
  private final WriteServices services;
  private final ChunkAllocation allocation;
  private final FreshChunks fresh = new FreshChunks();
  private final SessionWriteIntent intent;
  private final Runnable allocationEnded;

  /**
   * @param allocationEnded called under the lock when an allocation was answered, which may permit
   *     packets that it did not wait for
   */
  WritableChunks(
      long inode,
      WriterLock lock,
      WrittenFile file,
      WriteServices services,
      Runnable allocationEnded) {
    this.inode = inode;
    this.lock = lock;
    this.services = services;
    this.allocation = new ChunkAllocation(inode, file, services);
    this.intent = new SessionWriteIntent(services.sequences());
    this.allocationEnded = allocationEnded;
  }

  long inode() {
    return inode;
  }

  WriterLock lock() {
    return lock;
  }

  FreshChunks fresh() {
    return fresh;
  }

  SessionWriteIntent intent() {
    return intent;
  }

  /** Where a chunk was last heard to be, or null. */
  ChunkLocation known(long index) {
    ChunkLocation location = fresh.location(index);
    return location != null ? location : services.chains().cached(inode, index);
  }

  /** The master told where a chunk is. */
  void located(ChunkLocation location) {
    if (location.getFresh()) {
      fresh.learn(location);
    } else {
      services.chains().learn(inode, location);
    }
  }

  /** Whether packets may go to a chunk now, so that the master knows of them if this one dies. */
  boolean mayWrite(long index) {
    boolean isFresh = fresh.location(index) != null;
    return intent.isHeld() || isFresh && (fresh.isUnwritten(index) || intent.permitsFresh());
  }

  /** Gets the chunk that exists, or a fresh one; either way packets may go to it then. */
  CompletableFuture<ChunkLocation> allocate(long index) {
    long number = intent.allocating();
    return allocation
        .allocate(index, number)
        .whenComplete((found, failure) -> lock.run(() -> allocated(found)));
  }

  private void allocated(ChunkLocation found) {
    intent.allocated(found != null, found != null && !found.getFresh());
    allocationEnded.run();
  }
}
