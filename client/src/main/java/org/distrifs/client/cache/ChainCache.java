package org.distrifs.client.cache;

import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.session.MasterApi;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.GetChains;
import org.distrifs.proto.control.Operation;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Where the chunks of files are. A chain that changed is found out by the datanodes' answers, which
 * end in {@link #lookUp}; a hole may be filled by another mount, so it is believed only for a
 * second. Thread-safe.
 */
public final class ChainCache {

  /** Chunks asked for at once: a sequential reader of a large file asks again every 512 MiB. */
  private static final int CHUNKS_ASKED = 8;

  private static final long HOLE_AGE_NS = TimeUnit.SECONDS.toNanos(1);

  /**
   * @param location null for a hole
   */
  private record Known(ChunkLocation location, long heardNs) {}

  private final MasterApi master;
  private final ClockSource clock;
  private final int maxChunks;
  private final LinkedHashMap<Long, Long2ObjectMap<Known>> byInode =
      new LinkedHashMap<>(16, 0.75f, true);
  private int chunks;

  public ChainCache(MasterApi master, ClockSource clock, int maxChunks) {
    this.master = master;
    this.clock = clock;
    this.maxChunks = maxChunks;
  }

  /** The chunk at an index, from memory or from the master; empty for a hole. */
  public CompletableFuture<Optional<ChunkLocation>> locate(long inode, long index) {
    Known known = known(inode, index);
    return known != null
        ? CompletableFuture.completedFuture(Optional.ofNullable(known.location()))
        : lookUp(inode, index, CHUNKS_ASKED);
  }

  /** The chunk at an index as the master knows it now. */
  public CompletableFuture<Optional<ChunkLocation>> lookUp(long inode, long index) {
    return lookUp(inode, index, 1);
  }

  private CompletableFuture<Optional<ChunkLocation>> lookUp(long inode, long index, int count) {
    GetChains.Builder question =
        GetChains.newBuilder().setInode(inode).setFirstIndex(index).setCount(count);
    return master
        .submit(Operation.newBuilder().setGetChains(question).build())
        .thenApply(
            reply -> {
              Optional<ChunkLocation> found = Optional.empty();
              for (ChunkLocation location : reply.getChunksList()) {
                learn(inode, location);
                if (location.getIndex() == index) {
                  found = Optional.of(location);
                }
              }
              if (found.isEmpty()) {
                put(inode, index, null);
              }
              return found;
            });
  }

  /** The cached location of a committed chunk, or null. */
  public ChunkLocation cached(long inode, long index) {
    Known known = known(inode, index);
    return known == null ? null : known.location();
  }

  /**
   * Takes over a location. One that is not committed is not kept: whoever holds it knows it, and to
   * readers it is a hole until bytes are acknowledged.
   */
  public void learn(long inode, ChunkLocation location) {
    if (!location.getFresh()) {
      put(inode, location.getIndex(), location);
    }
  }

  /** Forgets what is known of a file. */
  public synchronized void forget(long inode) {
    Long2ObjectMap<Known> ofFile = byInode.remove(inode);
    if (ofFile != null) {
      chunks -= ofFile.size();
    }
  }

  /** Forgets one chunk of a file. */
  public synchronized void forget(long inode, long index) {
    Long2ObjectMap<Known> ofFile = byInode.get(inode);
    if (ofFile != null && ofFile.remove(index) != null) {
      chunks--;
    }
  }

  private synchronized Known known(long inode, long index) {
    Long2ObjectMap<Known> ofFile = byInode.get(inode);
    Known known = ofFile == null ? null : ofFile.get(index);
    boolean staleHole =
        known != null
            && known.location() == null
            && clock.monotonicNs() - known.heardNs() >= HOLE_AGE_NS;
    return staleHole ? null : known;
  }

  private synchronized void put(long inode, long index, ChunkLocation location) {
    Long2ObjectMap<Known> ofFile =
        byInode.computeIfAbsent(inode, key -> new Long2ObjectOpenHashMap<>());
    Known replaced = ofFile.get(index);
    if (replaced != null && isOlder(location, replaced.location())) {
      return;
    }
    ofFile.put(index, new Known(location, clock.monotonicNs()));
    chunks += replaced == null ? 1 : 0;
    while (chunks > maxChunks) {
      evictEldest();
    }
  }

  /** Answers may overtake one another: within one chunk the higher version is the newer. */
  private static boolean isOlder(ChunkLocation location, ChunkLocation known) {
    return location != null
        && known != null
        && location.getChunkId() == known.getChunkId()
        && Integer.compareUnsigned(location.getVersion(), known.getVersion()) < 0;
  }

  private void evictEldest() {
    Iterator<Map.Entry<Long, Long2ObjectMap<Known>>> files = byInode.entrySet().iterator();
    chunks -= files.next().getValue().size();
    files.remove();
  }
}
