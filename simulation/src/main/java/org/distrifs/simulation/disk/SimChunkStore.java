package org.distrifs.simulation.disk;

import static org.distrifs.simulation.disk.StoredReplica.BLOCK_BYTES;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.CorruptBlock;
import org.distrifs.datanode.store.FileBlocks;
import org.distrifs.datanode.store.MemoryBlocks;
import org.distrifs.datanode.store.MibDigest;
import org.distrifs.datanode.store.OpenedReplica;
import org.distrifs.datanode.store.RecentWrites;
import org.distrifs.datanode.store.Removal;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.datanode.store.StoreException;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.checksum.ContentHash;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.simulation.scheduler.SimProcess;
import org.distrifs.simulation.scheduler.SimTimer;

/**
 * A chunk store in memory. Each operation behaves as in {@code LocalChunkStore}; when the process
 * dies, the disk keeps what the real store would leave behind.
 */
public final class SimChunkStore implements ChunkStore {

  private static final long DISK_BYTES = 1L << 40;
  private static final long CLEAN_AFTER_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long CLEAN_PERIOD_MS = 1000;
  private static final int SLOW_PER_MILLE = 10;

  private final NodeDisk disk;
  private final SimProcess process;
  private final ClockSource clock;
  private final Map<Long, LiveReplica> index = new TreeMap<>();
  private final Set<Long> changed = new LinkedHashSet<>();

  /** An operation on an existing replica. */
  @FunctionalInterface
  private interface Operation<T> {
    T run(LiveReplica replica) throws StoreException;
  }

  public SimChunkStore(NodeDisk disk, SimProcess process, ClockSource clock) {
    this.disk = disk;
    this.process = process;
    this.clock = clock;
    disk.replicas.forEach(
        (chunkId, files) -> index.put(chunkId, LiveReplica.found(chunkId, files, disk.bootId())));
    process.whenDead(this::crash);
    new SimTimer(process)
        .scheduleWithFixedDelay(
            this::cleanIdle, CLEAN_PERIOD_MS, CLEAN_PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  private void crash() {
    for (LiveReplica replica : index.values()) {
      WriteOperation next = replica.waitingWrites.peek();
      if (next != null) {
        next.tear(replica, disk.choices());
      }
    }
  }

  private void cleanIdle() {
    long nowNs = clock.monotonicNs();
    for (LiveReplica replica : index.values()) {
      if (mayBeCleaned(replica) && nowNs - replica.lastChangeNs >= CLEAN_AFTER_NS) {
        submit(replica.chunkId, this::clean);
      }
    }
  }

  private static boolean mayBeCleaned(LiveReplica replica) {
    return replica.dirty && !replica.suspect && replica.fullyAcknowledged && replica.version != 0;
  }

  private Void clean(LiveReplica replica) {
    replica.files.sync();
    if (mayBeCleaned(replica)) {
      replica.dirty = false;
      replica.files.writeHeader(replica.nextHeader());
      changed.add(replica.chunkId);
    }
    return null;
  }

  // --- from memory

  @Override
  public ReplicaState find(long chunkId) {
    LiveReplica replica = index.get(chunkId);
    return replica == null ? null : replica.state();
  }

  @Override
  public void forEach(Consumer<ReplicaState> visitor) {
    index.values().forEach(replica -> visitor.accept(replica.state()));
  }

  @Override
  public int count() {
    return index.size();
  }

  /** Always 0, because no journal is rolled back in the simulation. */
  @Override
  public int quarantinedReplicas() {
    return 0;
  }

  @Override
  public List<CorruptBlock> corruptBlocks(int limit) {
    return index.values().stream()
        .flatMap(
            replica ->
                replica.corrupt.stream()
                    .mapToObj(block -> new CorruptBlock(replica.chunkId, replica.version, block)))
        .limit(limit)
        .toList();
  }

  /**
   * The blocks that are still corrupt. Repaired ones are not counted, because no decision depends
   * on this number.
   */
  @Override
  public long corruptBlocksFound() {
    return index.values().stream().mapToLong(replica -> replica.corrupt.cardinality()).sum();
  }

  @Override
  public List<Long> takeChanged(int limit) {
    List<Long> taken = new ArrayList<>();
    Iterator<Long> all = changed.iterator();
    while (all.hasNext() && taken.size() < limit) {
      taken.add(all.next());
      all.remove();
    }
    return taken;
  }

  @Override
  public long roomBytes() {
    return DISK_BYTES;
  }

  @Override
  public long freeBytes() {
    return DISK_BYTES;
  }

  @Override
  public long totalBytes() {
    return DISK_BYTES;
  }

  @Override
  public boolean hasRoomToCreate() {
    return true;
  }

  @Override
  public boolean hasRoomToGrow() {
    return true;
  }

  // --- operations

  @Override
  public CompletableFuture<OpenedReplica> open(long chunkId) {
    return submit(
        chunkId,
        replica ->
            new OpenedReplica(
                replica.state(),
                replica.trustsRecent() ? replica.files.recent.oldestFirst() : List.of()));
  }

  @Override
  public CompletableFuture<Void> write(
      DataRequest.Write write, boolean alreadyApplied, ByteBuf payload) {
    byte[] bytes = new byte[payload.readableBytes()];
    payload.readBytes(bytes);
    payload.release();
    if (write.create() && write.order() == 1) {
      List<Integer> nodeIds = write.chain().stream().map(hop -> hop.nodeId()).toList();
      index.computeIfAbsent(
          write.chunkId(), id -> LiveReplica.born(id, write.version(), nodeIds, disk.bootId()));
    }
    WriteOperation operation = new WriteOperation(write, alreadyApplied, bytes);
    LiveReplica replica = index.get(write.chunkId());
    if (replica != null) {
      replica.waitingWrites.add(operation);
    }
    return submit(
        write.chunkId(),
        present -> {
          present.waitingWrites.remove(operation);
          operation.apply(present, clock.monotonicNs());
          if (write.sync()) {
            present.files.sync();
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<FileBlocks> locate(long chunkId, int offset, int length) {
    // There is no file to transfer from, so the caller reads instead.
    return submit(
        chunkId, replica -> new FileBlocks(null, offset, 0, new int[0], replica.state(), () -> {}));
  }

  @Override
  public CompletableFuture<MemoryBlocks> readVerified(long chunkId, int offset, int length) {
    return submit(
        chunkId,
        replica -> {
          int[] range = replica.range(offset, length);
          for (int block = range[0]; block < range[0] + range[1]; block++) {
            replica.verify(block);
            if (replica.corrupt.get(block)) {
              throw replica.failure(Status.CORRUPT_REPLICA, "block " + block + " is corrupt");
            }
          }
          int end = Math.min(replica.length, (range[0] + range[1]) * BLOCK_BYTES);
          byte[] bytes =
              range[1] == 0 ? new byte[0] : Arrays.copyOfRange(replica.files.bytes, offset, end);
          return new MemoryBlocks(
              Unpooled.wrappedBuffer(bytes), replica.checksums(offset, length), replica.state());
        });
  }

  @Override
  public CompletableFuture<Void> sync(long chunkId) {
    return submit(
        chunkId,
        replica -> {
          replica.files.sync();
          return null;
        });
  }

  @Override
  public CompletableFuture<ReplicaState> drain(long chunkId) {
    return submit(chunkId, LiveReplica::state);
  }

  @Override
  public CompletableFuture<MibDigest> digest(long chunkId, int offset) {
    return submit(
        chunkId,
        replica -> {
          int[] range = replica.range(offset, disk.chunkBytes());
          BitSet mismatches = new BitSet();
          for (int i = 0; i < range[1]; i++) {
            int block = range[0] + i;
            mismatches.set(i, !replica.matches(block) || replica.corrupt.get(block));
          }
          ByteBuffer hash = ByteBuffer.allocate(ContentHash.LENGTH);
          int bytes = Math.max(0, replica.length - offset);
          ContentHash.write(ByteBuffer.wrap(replica.files.bytes, offset, bytes).slice(), hash);
          return new MibDigest(
              hash.array(), replica.checksums(offset, disk.chunkBytes()), mismatches);
        });
  }

  @Override
  public CompletableFuture<int[]> checksums(long chunkId, int offset, int length) {
    return submit(chunkId, replica -> replica.checksums(offset, length));
  }

  @Override
  public CompletableFuture<Void> replaceBlocks(
      long chunkId, int offset, int[] checksums, ByteBuf bytes) {
    byte[] copy = new byte[bytes.readableBytes()];
    bytes.readBytes(copy);
    bytes.release();
    return submit(
        chunkId,
        replica -> {
          replica.markDirty();
          System.arraycopy(copy, 0, replica.files.bytes, offset, copy.length);
          int first = offset / BLOCK_BYTES;
          System.arraycopy(checksums, 0, replica.files.checksums, first, checksums.length);
          replica.corrupt.clear(first, first + checksums.length);
          replica.lastChangeNs = clock.monotonicNs();
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> resize(long chunkId, int lengthBytes) {
    return submit(
        chunkId,
        replica -> {
          resize(replica, lengthBytes, false);
          return null;
        });
  }

  private void resize(LiveReplica replica, int lengthBytes, boolean strict) throws StoreException {
    if (lengthBytes == replica.length) {
      return;
    }
    int shorter = Math.min(lengthBytes, replica.length);
    int boundary = shorter / BLOCK_BYTES;
    boolean isInBlock = shorter % BLOCK_BYTES != 0;
    if (isInBlock && strict) {
      replica.verify(boundary);
    } else if (isInBlock && !replica.matches(boundary)) {
      replica.corrupt.set(boundary);
    }
    replica.markDirty();
    int oldBlocks = replica.blocks();
    if (lengthBytes > replica.length) {
      replica.clearTail();
    } else {
      replica.files.cutBehind(lengthBytes);
    }
    replica.length = lengthBytes;
    replica.files.writeHeader(replica.nextHeader());
    int from = isInBlock ? boundary : Math.min(oldBlocks, replica.blocks());
    for (int block = from; block < replica.blocks(); block++) {
      replica.files.checksums[block] = replica.presentChecksum(block);
    }
    replica.corrupt.clear(replica.blocks(), replica.files.checksums.length);
    replica.lastChangeNs = clock.monotonicNs();
  }

  @Override
  public CompletableFuture<Void> join(long chunkId) {
    index.computeIfAbsent(chunkId, id -> LiveReplica.born(id, 0, List.of(), disk.bootId()));
    return submit(
        chunkId,
        replica -> {
          if (replica.version != 0) {
            replica.join();
            changed.add(chunkId);
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> discard(long chunkId, int version, Removal removal) {
    return submit(
        chunkId,
        replica -> {
          if (replica.version != version) {
            throw replica.failure(
                Status.STALE_VERSION, "it is in version " + replica.version + " by now");
          }
          disk.discard(chunkId);
          replica.discarded = true;
          index.remove(chunkId, replica);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> replaceRecentWrites(long chunkId, List<WriteId> writes) {
    return submit(
        chunkId,
        replica -> {
          replica.writeHeader();
          replica.files.recent = new RecentWrites(writes);
          replica.recentReplaced = true;
          return null;
        });
  }

  @Override
  public CompletableFuture<Integer> rechecksum(long chunkId) {
    return submit(chunkId, this::rechecksumNow);
  }

  private int rechecksumNow(LiveReplica replica) {
    int rechecksummed = 0;
    for (int block = 0; block < replica.blocks(); block++) {
      if (replica.matches(block)) {
        continue;
      }
      if (!replica.dirty) {
        replica.corrupt.set(block);
        continue;
      }
      replica.files.checksums[block] = replica.presentChecksum(block);
      replica.corrupt.clear(block);
      rechecksummed++;
    }
    return rechecksummed;
  }

  @Override
  public CompletableFuture<OpenedReplica> install(
      long chunkId, int version, List<Integer> nodeIds, int lengthBytes) {
    return submit(
        chunkId,
        replica -> {
          if (nodeIds.size() == 1 && replica.suspect && replica.sameBoot) {
            rechecksumNow(replica);
          }
          if (lengthBytes != DataRequest.KEEP_LENGTH) {
            resize(replica, lengthBytes, true);
          }
          replica.clearTail();
          replica.files.sync();
          replica.version = version;
          replica.nodeIds = List.copyOf(nodeIds);
          replica.lastOrder = 0;
          replica.suspect = false;
          replica.sameBoot = true;
          replica.fullyAcknowledged = true;
          replica.dirty = false;
          replica.writeHeader();
          changed.add(chunkId);
          return new OpenedReplica(replica.state(), replica.files.recent.oldestFirst());
        });
  }

  @Override
  public void setFullyAcknowledged(long chunkId, boolean fullyAcknowledged) {
    LiveReplica replica = index.get(chunkId);
    if (replica != null) {
      replica.fullyAcknowledged = fullyAcknowledged;
    }
  }

  /** Runs an operation after all earlier ones on the same replica. */
  private <T> CompletableFuture<T> submit(long chunkId, Operation<T> operation) {
    CompletableFuture<T> result = new CompletableFuture<>();
    LiveReplica replica = index.get(chunkId);
    if (replica == null) {
      result.completeExceptionally(
          new StoreException(Status.NO_SUCH_CHUNK, "there is no chunk " + chunkId + " here"));
      return result;
    }
    long nowNs = process.scheduler().nowNs();
    replica.busyUntilNs = Math.max(replica.busyUntilNs, nowNs) + serviceNs();
    process
        .scheduler()
        .after(replica.busyUntilNs - nowNs, process, () -> run(replica, operation, result));
    return result;
  }

  private long serviceNs() {
    boolean slow = disk.choices().perMille(SLOW_PER_MILLE);
    return slow
        ? disk.choices().between(1_000_000L, 50_000_000L)
        : disk.choices().between(5_000L, 80_000L);
  }

  private <T> void run(LiveReplica replica, Operation<T> operation, CompletableFuture<T> result) {
    T value;
    try {
      if (replica.discarded) {
        throw replica.failure(Status.NO_SUCH_CHUNK, "it is in the trash");
      }
      if (replica.files == null) {
        create(replica);
      }
      value = operation.run(replica);
    } catch (StoreException e) {
      result.completeExceptionally(e);
      return;
    }
    result.complete(value);
  }

  private void create(LiveReplica replica) {
    replica.files =
        new StoredReplica(
            disk.chunkBytes(),
            new StoredReplica.Header(replica.version, replica.nodeIds, 0, 0, true, disk.bootId()));
    disk.replicas.put(replica.chunkId, replica.files);
    changed.add(replica.chunkId);
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("simulated datanodes do not stop in order");
  }
}
