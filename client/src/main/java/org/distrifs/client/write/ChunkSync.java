package org.distrifs.client.write;

import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * Makes chunks of one file durable on every member of their chains. A member that does not do it is
 * reported, a chain that changed is looked up, and both are tried again until the bound; then
 * nobody can know, and that is {@code EIO}.
 */
final class ChunkSync {
  /** Chunks under way at once. */
  private static final int MAX_PARALLEL = 64;

  private static final long MIN_PAUSE_MS = 20;
  private static final long MAX_PAUSE_MS = 200;

  /** As for the packets of a chain that nobody answers: 2 s of 10 at first, then more often. */
  private static final int FIRST_CHECK_DIVISOR = 5;

  private static final long CHECK_INTERVAL_MS = 500;

  private final FileWriter file;
  private final WriteServices services;

  /** What became of the chunks of the last round that are not durable yet. */
  private final Long2ObjectMap<SyncAttempt> failed = new Long2ObjectOpenHashMap<>();

  ChunkSync(FileWriter file, WriteServices services) {
    this.file = file;
    this.services = services;
  }

  /**
   * @param synced told where each chunk was when it became durable; not of one that is on no
   *     datanode
   * @param beside begun together with the first syncs, if there are any; must not block
   */
  void run(LongSet indices, Consumer<ChunkLocation> synced, Runnable beside) throws IOException {
    Runnable alsoBegun = beside;
    LongSet left = new LongOpenHashSet(indices);
    long boundNs = TimeUnit.MILLISECONDS.toNanos(services.settings().chunkTimeoutMs());
    long progressNs = services.clock().monotonicNs();
    int fruitless = 0;
    while (!left.isEmpty()) {
      boolean any = syncSome(left, synced, alsoBegun);
      alsoBegun = () -> {};
      if (any) {
        progressNs = services.clock().monotonicNs();
        fruitless = 0;
      } else if (services.clock().monotonicNs() - progressNs >= boundNs) {
        throw new ErrnoException(
            Errno.EIO,
            "sync of %d chunks of inode %d (%s)".formatted(left.size(), file.inode(), trouble()));
      } else {
        pause(fruitless++);
      }
    }
  }

  private String trouble() {
    return failed.values().stream()
        .map(SyncAttempt::trouble)
        .filter(trouble -> trouble != null)
        .findFirst()
        .map(ChainTrouble::toString)
        .orElse("their chains changed, or are not known");
  }

  /** Tries some of the chunks and takes out those that are durable; false if none became so. */
  private boolean syncSome(LongSet left, Consumer<ChunkLocation> synced, Runnable beside)
      throws IOException {
    Long2ObjectMap<SyncAttempt> round = new Long2ObjectOpenHashMap<>();
    runAll(left, round, beside);
    boolean any = false;
    for (Long2ObjectMap.Entry<SyncAttempt> entry : round.long2ObjectEntrySet()) {
      long index = entry.getLongKey();
      if (Replies.await(entry.getValue().done(), 1, "sync of inode " + file.inode())) {
        left.remove(index);
        failed.remove(index);
        any = true;
        if (entry.getValue().location() != null) {
          synced.accept(entry.getValue().location());
        }
      } else {
        failed.put(index, entry.getValue());
      }
    }
    return any;
  }

  private SyncAttempt begin(long index) {
    SyncAttempt attempt = new SyncAttempt(file, services, index);
    ChunkLocation own = file.freshLocation(index);
    boolean holdsBytes = own == null || file.isWrittenFresh(index);
    if (!holdsBytes) {
      attempt.nothingToDo();
      return attempt;
    }
    locate(index, own)
        .whenComplete(
            (found, failure) -> {
              if (failure != null) {
                attempt.failed(failure);
              } else if (found.isPresent() && (own != null || !found.get().getFresh())) {
                attempt.run(found.get());
              } else if (own == null) {
                // A hole has nothing to sync.
                attempt.nothingToDo();
              } else {
                // This session knows better.
                attempt.notFound();
              }
            });
    return attempt;
  }

  private CompletableFuture<Optional<ChunkLocation>> locate(long index, ChunkLocation own) {
    SyncAttempt before = failed.get(index);
    if (before != null) {
      ChainTrouble trouble = before.trouble();
      return trouble != null && trouble.failedNodeId() != 0
          ? trouble.report(services.chains(), file.inode(), before.location())
          : services.chains().lookUp(file.inode(), index);
    }
    ChunkLocation known = own != null ? own : services.chains().cached(file.inode(), index);
    return known != null
        ? CompletableFuture.completedFuture(Optional.of(known))
        : services.chains().lookUp(file.inode(), index);
  }

  /** Begins a round, and waits until each attempt has ended or its chain has changed. */
  private void runAll(LongSet left, Long2ObjectMap<SyncAttempt> round, Runnable beside)
      throws IOException {
    long boundMs = services.settings().operationTimeoutMs() + services.settings().packetTimeoutMs();
    long untilNs = services.clock().monotonicNs() + TimeUnit.MILLISECONDS.toNanos(boundMs);
    long waitMs = services.settings().packetTimeoutMs() / FIRST_CHECK_DIVISOR;
    boolean haveEnded =
        haveEnded(
            () -> {
              left.longStream()
                  .limit(MAX_PARALLEL)
                  .forEach(index -> round.put(index, begin(index)));
              beside.run();
              return allOf(round);
            },
            waitMs);
    while (!haveEnded) {
      if (services.clock().monotonicNs() - untilNs >= 0) {
        throw new ErrnoException(
            Errno.EIO, "sync of inode %d, not answered in %d ms".formatted(file.inode(), boundMs));
      }
      round.values().forEach(SyncAttempt::checkChain);
      waitMs = Math.min(waitMs, CHECK_INTERVAL_MS);
      haveEnded = haveEnded(() -> allOf(round), waitMs);
    }
  }

  private static CompletableFuture<Void> allOf(Long2ObjectMap<SyncAttempt> round) {
    return CompletableFuture.allOf(
        round.values().stream().map(SyncAttempt::done).toArray(CompletableFuture<?>[]::new));
  }

  private boolean haveEnded(Supplier<CompletableFuture<Void>> begin, long waitMs)
      throws IOException {
    try {
      services.waiting().get(begin, waitMs);
      return true;
    } catch (ExecutionException e) {
      // Told by the attempt itself, which has ended like all others.
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void pause(int round) throws IOException {
    try {
      services.waiting().pause(Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS << Math.min(round, 10)));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private ErrnoException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new ErrnoException(Errno.EINTR, "sync of inode " + file.inode(), e);
  }
}
