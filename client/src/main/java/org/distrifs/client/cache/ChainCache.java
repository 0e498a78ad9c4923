package org.distrifs.client.cache;

import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.session.MasterApi;
import org.distrifs.client.session.RefusedException;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.GetChains;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReportFailure;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.frame.Status;
import org.distrifs.proto.range.BlockRanges;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Where the chunks of files are. A chain that changed is found out by the datanodes' answers, which
 * end in {@link #lookUp}; a hole may be filled by another mount, so it is believed only for a
 * second.
 *
 * <p>That a file was cut no datanode tells: the chunk that it had before is still there, and would
 * answer. So what is known of a file outlives its last close only together with the truncate epoch
 * that it was known under, and an answer that was under way while something was forgotten is not
 * kept. Thread-safe.
 */
public final class ChainCache {

  /** Chunks asked for at once: a sequential reader of a large file asks again every 512 MiB. */
  private static final int CHUNKS_ASKED = 8;

  private static final long HOLE_AGE_NS = TimeUnit.SECONDS.toNanos(1);

  /**
   * @param location null for a hole
   */
  private record Known(ChunkLocation location, long heardNs) {}

  /** What is known of a file, and of which state of it if no handle watches over it. */
  private static final class ChunksOfFile {
    private final Long2ObjectMap<Known> byIndex = new Long2ObjectOpenHashMap<>();
    private boolean stamped;
    private long truncateEpoch;
    private long changeCounter;
  }

  /** Chunks asked for at once by who goes through all that exist: as many as the master tells. */
  private static final int EXISTING_ASKED = 64;

  /**
   * Chunks that exist, in the order of their indices.
   *
   * @param isLast whether none exist behind them; otherwise there is one at the least
   * @param written blocks of the whole file that hold data; a few may lack
   */
  public record Existing(List<ChunkLocation> chunks, boolean isLast, BlockRanges written) {}

  /**
   * The first chunks of a file, told by the master with the attributes by which it is opened.
   *
   * @param mark what {@link #mark} was before the master was asked
   */
  public record FirstChunks(List<ChunkLocation> chunks, long mark) {}

  /**
   * A power of two. Two files that share a generation make each other ask the master again now and
   * then.
   */
  private static final int GENERATIONS = 1024;

  private final MasterApi master;
  private final ClockSource clock;
  private final int maxChunks;
  private final LinkedHashMap<Long, ChunksOfFile> byInode = new LinkedHashMap<>(16, 0.75f, true);

  /** How often something was forgotten, by the hash of the inode. */
  private final long[] generations = new long[GENERATIONS];

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
    long generation = generation(inode);
    return master
        .submit(Operation.newBuilder().setGetChains(question).build())
        .thenApply(reply -> answered(inode, index, generation, reply));
  }

  /**
   * The next chunks that exist from an index on, wherever they lie, as the master knows them now;
   * those that this session alone holds among them.
   */
  public CompletableFuture<Existing> existing(long inode, long firstIndex) {
    GetChains.Builder question =
        GetChains.newBuilder()
            .setInode(inode)
            .setFirstIndex(firstIndex)
            .setCount(EXISTING_ASKED)
            .setSkipHoles(true);
    long generation = generation(inode);
    return master
        .submit(Operation.newBuilder().setGetChains(question).build())
        .thenCompose(reply -> existing(inode, generation, reply));
  }

  private synchronized CompletableFuture<Existing> existing(
      long inode, long generation, OperationReply reply) {
    if (reply.getChunksCount() == 0 && !reply.getEndOfChunks()) {
      return CompletableFuture.failedFuture(
          new ErrnoException(
              Errno.EPROTO,
              "chains of inode %d, answered without any and without an end".formatted(inode)));
    }
    if (generation == generation(inode)) {
      reply.getChunksList().forEach(location -> learn(inode, location));
    }
    return CompletableFuture.completedFuture(
        new Existing(reply.getChunksList(), reply.getEndOfChunks(), written(reply)));
  }

  private static BlockRanges written(OperationReply reply) {
    return reply.getSparse()
        ? BlockRanges.of(reply.getWrittenList())
        : BlockRanges.touching(0, reply.getAttributes().getSize());
  }

  /**
   * Tells the master that a member did not do what it should. Answered with the chunk at that index
   * as the master knows it by then; empty for a hole. Fails with {@code EIO} if what was found is
   * rot that no member can repair.
   *
   * @param nodeId the member
   * @param seen what it answered, or {@code TIMED_OUT} for nothing
   */
  public CompletableFuture<Optional<ChunkLocation>> report(
      long inode, ChunkLocation location, int nodeId, Status seen) {
    ReportFailure.Builder report =
        ReportFailure.newBuilder()
            .setInode(inode)
            .setChunkId(location.getChunkId())
            .setVersion(location.getVersion())
            .setFailedNodeId(nodeId)
            .setStatus(seen.code());
    long generation = generation(inode);
    return master
        .submit(Operation.newBuilder().setReportFailure(report).build())
        .thenApply(reply -> reported(inode, location.getChunkId(), generation, reply))
        .exceptionallyCompose(
            failure ->
                Replies.asIoException(failure, "report") instanceof RefusedException refused
                        && refused.errno() == Errno.ESTALE
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : CompletableFuture.failedFuture(failure))
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(found)
                    // The file was cut, or has another chunk there by now.
                    : lookUp(inode, location.getIndex()));
  }

  private synchronized Optional<ChunkLocation> reported(
      long inode, long chunkId, long generation, OperationReply reply) {
    Optional<ChunkLocation> found =
        reply.getChunksList().stream()
            .filter(location -> location.getChunkId() == chunkId)
            .findFirst();
    if (generation == generation(inode)) {
      found.ifPresent(location -> learn(inode, location));
    }
    return found;
  }

  private synchronized Optional<ChunkLocation> answered(
      long inode, long index, long generation, OperationReply reply) {
    boolean current = generation == generation(inode);
    Optional<ChunkLocation> found = Optional.empty();
    for (ChunkLocation location : reply.getChunksList()) {
      if (current) {
        learn(inode, location);
      }
      if (location.getIndex() == index) {
        found = Optional.of(location);
      }
    }
    if (found.isEmpty() && current) {
      put(inode, index, null);
    }
    return found;
  }

  /** To be taken before a question of which the answer may bring {@link FirstChunks}. */
  public long mark(long inode) {
    return generation(inode);
  }

  /**
   * The file was opened, with these attributes fresh from the master: forgets what is not known to
   * hold for it in this state, and takes over what was told with them. Not for a file that has
   * other handles; those watch over it.
   */
  public synchronized void opened(Attributes fresh, FirstChunks first) {
    boolean isCurrent = first.mark() == generation(fresh.getInode());
    keepWhatHolds(fresh);
    if (isCurrent) {
      first.chunks().forEach(location -> learn(fresh.getInode(), location));
    }
  }

  private void keepWhatHolds(Attributes fresh) {
    ChunksOfFile ofFile = byInode.get(fresh.getInode());
    if (ofFile == null || !ofFile.stamped || ofFile.truncateEpoch != fresh.getTruncateEpoch()) {
      forget(fresh.getInode());
    } else if (ofFile.changeCounter != fresh.getChangeCounter()) {
      int before = ofFile.byIndex.size();
      ofFile.byIndex.values().removeIf(known -> known.location() == null);
      chunks -= before - ofFile.byIndex.size();
      generations[stripe(fresh.getInode())]++;
    }
  }

  /** The last handle of the file was closed, when these attributes were the latest heard of. */
  public synchronized void closed(Attributes latest) {
    ChunksOfFile ofFile = byInode.get(latest.getInode());
    if (ofFile != null) {
      ofFile.stamped = true;
      ofFile.truncateEpoch = latest.getTruncateEpoch();
      ofFile.changeCounter = latest.getChangeCounter();
    }
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
    generations[stripe(inode)]++;
    ChunksOfFile ofFile = byInode.remove(inode);
    if (ofFile != null) {
      chunks -= ofFile.byIndex.size();
    }
  }

  /** Forgets one chunk of a file. */
  public synchronized void forget(long inode, long index) {
    generations[stripe(inode)]++;
    ChunksOfFile ofFile = byInode.get(inode);
    if (ofFile != null && ofFile.byIndex.remove(index) != null) {
      chunks--;
    }
  }

  private synchronized Known known(long inode, long index) {
    ChunksOfFile ofFile = byInode.get(inode);
    Known known = ofFile == null ? null : ofFile.byIndex.get(index);
    boolean staleHole =
        known != null
            && known.location() == null
            && clock.monotonicNs() - known.heardNs() >= HOLE_AGE_NS;
    return staleHole ? null : known;
  }

  private synchronized void put(long inode, long index, ChunkLocation location) {
    ChunksOfFile ofFile = byInode.computeIfAbsent(inode, key -> new ChunksOfFile());
    Known replaced = ofFile.byIndex.get(index);
    if (replaced != null && isOlder(location, replaced.location())) {
      return;
    }
    ofFile.byIndex.put(index, new Known(location, clock.monotonicNs()));
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

  private synchronized long generation(long inode) {
    return generations[stripe(inode)];
  }

  private static int stripe(long inode) {
    return Long.hashCode(inode) & (GENERATIONS - 1);
  }

  private void evictEldest() {
    Iterator<ChunksOfFile> files = byInode.values().iterator();
    chunks -= files.next().byIndex.size();
    files.remove();
  }
}
