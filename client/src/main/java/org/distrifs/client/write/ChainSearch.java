package org.distrifs.client.write;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.control.ChunkLocation;

/**
 * Learns the chain of one chunk for its writer: at once, and then again with pauses that suit the
 * reason. Not thread-safe: every method is called under the file's lock, and so are the callbacks.
 */
final class ChainSearch {
  private static final long MIN_BACKOFF_MS = 20;
  private static final long MAX_BACKOFF_MS = 500;

  /**
   * A change takes milliseconds once it is under way, and its end is what the writer waits for. So
   * the master is asked more often than after a failure, of which nobody knows when it ends.
   */
  private static final long MAX_CHANGE_BACKOFF_MS = 100;

  /** Who searches. */
  interface Seeker {
    /** Whether the answer is still wanted. */
    boolean isSearching();

    void found(ChunkLocation location);

    void notFound(Throwable failure);
  }

  private final WritableChunks chunks;
  private final WriteServices services;
  private final long index;
  private final Seeker seeker;
  private int failures;
  private int refusals;

  ChainSearch(WritableChunks chunks, WriteServices services, long index, Seeker seeker) {
    this.chunks = chunks;
    this.services = services;
    this.index = index;
    this.seeker = seeker;
  }

  /** How often packets failed since one was acknowledged. */
  int failures() {
    return failures;
  }

  /** Packets are acknowledged again. */
  void succeeded() {
    failures = 0;
    refusals = 0;
  }

  /** Gets the chunk that exists, or a fresh one. */
  void allocate() {
    chunks
        .allocate(index)
        .whenComplete((found, failure) -> answered(Optional.ofNullable(found), failure));
  }

  /** Packets failed: asks at once the first time. */
  void afterFailure(ChainTrouble seen, ChunkLocation known) {
    int before = failures++;
    refusals = 0;
    later(before == 0 ? 0 : backoffMs(before, MAX_BACKOFF_MS), () -> ask(seen, known));
  }

  /**
   * The master said that the chain takes no writes for now. It is told that somebody waits: if a
   * member is away, the chain need not wait for that one until it counts as lost.
   */
  void whileNotWritable(ChunkLocation known) {
    long delayMs = backoffMs(refusals++, MAX_CHANGE_BACKOFF_MS);
    later(
        delayMs,
        () ->
            ChainTrouble.notWritable()
                .report(services.chains(), chunks.inode(), known)
                .whenComplete(this::answered));
  }

  private static long backoffMs(int before, long maxMs) {
    return Math.min(maxMs, MIN_BACKOFF_MS << Math.min(before, 10));
  }

  private void later(long delayMs, Runnable action) {
    if (delayMs == 0) {
      action.run();
      return;
    }
    Runnable ifWanted =
        () -> {
          if (seeker.isSearching()) {
            action.run();
          }
        };
    services.timer().schedule(() -> chunks.lock().run(ifWanted), delayMs, TimeUnit.MILLISECONDS);
  }

  private void ask(ChainTrouble seen, ChunkLocation known) {
    CompletableFuture<Optional<ChunkLocation>> answer =
        seen.failedNodeId() != 0
            ? seen.report(services.chains(), chunks.inode(), known)
            : services.chains().lookUp(chunks.inode(), index);
    answer.whenComplete(this::answered);
  }

  private void answered(Optional<ChunkLocation> found, Throwable failure) {
    chunks
        .lock()
        .run(
            () -> {
              if (!seeker.isSearching()) {
                return;
              }
              if (failure != null) {
                seeker.notFound(failure);
              } else if (found.isPresent()) {
                seeker.found(found.get());
              } else {
                allocate();
              }
            });
  }
}
