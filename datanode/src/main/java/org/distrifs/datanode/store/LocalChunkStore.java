package org.distrifs.datanode.store;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.proto.id.ChunkName;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFullException;
import org.distrifs.runtime.lifecycle.SteppingAside;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replicas in one data folder. {@code docs/chunk-store.md} describes the files. */
public final class LocalChunkStore implements ChunkStore {
  private static final Logger LOG = LoggerFactory.getLogger(LocalChunkStore.class);

  /** How long a cut waits for transfers from the file. */
  private static final int MAX_TRANSFER_WAIT_MS = 1000;

  private final Disk disk;
  private final LongSupplier clusterId;
  private final UUID bootId;
  private final ReplicaPaths paths;
  private final ReplicaIndex index = new ReplicaIndex();
  private final DiskFailure failure = new DiskFailure();
  private final CorruptionLog corruption = new CorruptionLog(index);
  private final ClockSource clock;
  private final SpaceGauge space;
  private final ShortWrites shortWrites;
  private final ShortSyncs shortSyncs;
  private final OpenFiles openFiles;
  private final DiskThreads diskThreads;
  private final Durability durability;
  private final ReplicaReader reader;
  private final ReplicaWriter writer;
  private final ReplicaChanger changer;
  private final KeptReplicas kept;
  private final Background background;

  /** An operation on an open replica. */
  @FunctionalInterface
  private interface Operation<T> {
    T run(Replica replica, ReplicaFiles files) throws IOException;
  }

  /** Something that needs room on the disk; after a failure for want of it, it can be repeated. */
  @FunctionalInterface
  private interface DiskWrite<T> {
    T run() throws IOException;
  }

  private LocalChunkStore(
      Disk disk,
      Path dataFolder,
      LongSupplier clusterId,
      UUID bootId,
      ClockSource clock,
      StoreSettings settings)
      throws IOException {
    this.disk = disk;
    this.clusterId = clusterId;
    this.bootId = bootId;
    this.paths = new ReplicaPaths(disk, dataFolder);
    this.clock = clock;
    this.space = new SpaceGauge(disk, dataFolder, clock, settings.reserveBytes());
    this.shortWrites = new ShortWrites(paths, space, clock);
    this.shortSyncs = new ShortSyncs(clock);
    this.openFiles = new OpenFiles(settings.maxOpenReplicas(), this::openFilesOf);
    this.durability = new Durability(disk, paths, bootId, failure, index);
    this.reader = new ReplicaReader(corruption);
    this.writer = new ReplicaWriter(durability, corruption, clock);
    this.changer = new ReplicaChanger(durability, corruption, clock);
    this.diskThreads = new DiskThreads(settings.diskThreads());
    this.kept = new KeptReplicas(disk, dataFolder, clock, settings, failure, space);
    this.background =
        new Background(
            settings,
            openFiles,
            diskThreads,
            durability,
            failure,
            clock,
            space,
            kept,
            disk.fileSystemSync(dataFolder));
  }

  /**
   * Opens the store in a data folder that this process holds the lock of, and finds its replicas.
   *
   * @param clusterId asked when a replica is made
   * @param bootId tells one boot of the machine from the next
   * @throws org.distrifs.runtime.lifecycle.OperatorException if a file has a format that this build
   *     cannot read
   */
  public static LocalChunkStore open(
      Disk disk,
      Path dataFolder,
      LongSupplier clusterId,
      UUID bootId,
      ClockSource clock,
      StoreSettings settings)
      throws IOException {
    LocalChunkStore store =
        new LocalChunkStore(disk, dataFolder, clusterId, bootId, clock, settings);
    store.kept.load();
    new FolderScan(
            disk,
            dataFolder.resolve(KeptReplicas.QUARANTINE),
            store.paths.chunks(),
            bootId,
            store.index,
            store.kept)
        .run();
    store.background.start();
    return store;
  }

  /** Names threads that may sync what they were asked to, aside of the sockets that they serve. */
  public void syncOn(SteppingAside threads) {
    shortSyncs.runOn(threads);
  }

  @Override
  public ReplicaState find(long chunkId) {
    Replica replica = index.find(chunkId);
    return replica == null ? null : replica.state();
  }

  @Override
  public void forEach(Consumer<ReplicaState> visitor) {
    index.forEach(replica -> visitor.accept(replica.state()));
  }

  @Override
  public int count() {
    return index.count();
  }

  @Override
  public List<CorruptBlock> corruptBlocks(int limit) {
    return index.corruptBlocks(limit);
  }

  @Override
  public List<Long> takeChanged(int limit) {
    return index.takeChanged(limit);
  }

  @Override
  public long roomBytes() {
    return space.roomBytes();
  }

  @Override
  public long freeBytes() {
    return space.freeBytes();
  }

  @Override
  public long totalBytes() {
    return space.totalBytes();
  }

  @Override
  public boolean hasRoomToCreate() {
    return space.hasRoomToCreate();
  }

  @Override
  public boolean hasRoomToGrow() {
    return space.hasRoomToGrow();
  }

  /** Disk operations that wait or run. */
  public int waitingOperations() {
    return diskThreads.waiting();
  }

  /** Replicas whose files are open. */
  public int openReplicas() {
    return openFiles.count();
  }

  /** Replicas not yet marked clean. */
  public int dirtyReplicas() {
    return background.dirtyCount();
  }

  /** Deleted replicas that are kept for a while. */
  public int replicasInTrash() {
    return kept.inTrash();
  }

  @Override
  public int quarantinedReplicas() {
    return kept.inQuarantine();
  }

  /** Whether a sync failed, so that nothing can be known to be durable. */
  public boolean hasFailed() {
    return failure.hasFailed();
  }

  @Override
  public long corruptBlocksFound() {
    return corruption.count();
  }

  @Override
  public CompletableFuture<OpenedReplica> open(long chunkId) {
    return submit(chunkId, this::opened);
  }

  private OpenedReplica opened(Replica replica, ReplicaFiles files) throws IOException {
    // Ids that outlived a power failure may be those of bytes that did not.
    boolean trusted = replica.trustsRecentWrites();
    return new OpenedReplica(replica.state(), trusted ? files.recent.load() : List.of());
  }

  @Override
  public CompletableFuture<Void> write(
      DataRequest.Write write, boolean alreadyApplied, ByteBuf payload) {
    Replica replica = index.find(write.chunkId());
    if (replica == null && write.create() && write.order() == 1) {
      List<Integer> nodeIds = write.chain().stream().map(hop -> hop.nodeId()).toList();
      UUID name = ChunkName.of(clusterId.getAsLong(), write.chunkId());
      replica = index.addIfAbsent(Replica.born(name, write.version(), nodeIds, bootId));
    }
    Operation<Void> apply =
        (present, files) -> {
          apply(present, files, write, alreadyApplied, payload);
          return null;
        };
    CompletableFuture<Void> here = new CompletableFuture<>();
    boolean isHere =
        replica != null
            && write.length() <= ShortWrites.MAX_BYTES
            && (write.sync()
                ? hasRoomFor(write) && trySyncAside(replica, apply, here)
                : tryHere(replica, write, apply, here));
    CompletableFuture<Void> done = isHere ? here : submit(write.chunkId(), apply);
    // The bytes are needed until the operation has run, or will not run.
    return done.whenComplete((nothing, error) -> payload.release());
  }

  /** Applies a write on the calling thread, if it is short and nothing else is going on. */
  private boolean tryHere(
      Replica replica,
      DataRequest.Write write,
      Operation<Void> apply,
      CompletableFuture<Void> result) {
    return diskThreads.tryHere(
        replica,
        () -> {
          boolean isShort = shortWrites.include(replica, openFiles.isOpen(replica), write);
          if (isShort) {
            long startNs = clock.monotonicNs();
            run(replica, apply, result);
            shortWrites.ended(startNs);
          }
          return isShort;
        });
  }

  /** Whether a write needs nothing that is in the trash or the quarantine to be deleted first. */
  private boolean hasRoomFor(DataRequest.Write write) {
    return !space.isShortFor(write.length(), Removal.TO_TRASH);
  }

  /** Has the calling thread sync, aside of its sockets; false if a disk thread is to do it. */
  private boolean trySyncAside(
      Replica replica, Operation<Void> sync, CompletableFuture<Void> result) {
    return diskThreads.tryAside(replica, shortSyncs::tryAside, () -> run(replica, sync, result));
  }

  private void apply(
      Replica replica,
      ReplicaFiles files,
      DataRequest.Write write,
      boolean alreadyApplied,
      ByteBuf payload)
      throws IOException {
    if (alreadyApplied) {
      writer.skip(replica, write);
    } else {
      withRoom(write.length(), () -> writer.apply(replica, files, write, payload));
      background.written(replica, files, write.length());
    }
    background.changed(replica);
    if (write.sync()) {
      durability.sync(replica, files);
    }
  }

  @Override
  public CompletableFuture<FileBlocks> locate(long chunkId, int offset, int length) {
    Replica replica = index.find(chunkId);
    ReplicaFiles files = replica == null ? null : openFiles.acquireIfOpen(replica);
    if (files == null) {
      return submit(
          chunkId,
          (present, opened) -> {
            openFiles.acquireIfOpen(present);
            return locate(present, opened, offset, length);
          });
    }
    try {
      return CompletableFuture.completedFuture(locate(replica, files, offset, length));
    } catch (StoreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Takes over the use of the files. */
  private FileBlocks locate(Replica replica, ReplicaFiles files, int offset, int length)
      throws StoreException {
    boolean located = false;
    try {
      FileBlocks blocks =
          reader.locate(replica, files, offset, length, () -> openFiles.release(files));
      located = true;
      return blocks;
    } finally {
      if (!located) {
        openFiles.release(files);
      }
    }
  }

  @Override
  public CompletableFuture<MemoryBlocks> readVerified(long chunkId, int offset, int length) {
    return submit(chunkId, (replica, files) -> reader.readVerified(replica, files, offset, length));
  }

  @Override
  public CompletableFuture<Void> sync(long chunkId) {
    Operation<Void> sync =
        (present, files) -> {
          durability.sync(present, files);
          return null;
        };
    Replica replica = index.find(chunkId);
    CompletableFuture<Void> aside = new CompletableFuture<>();
    boolean isAside = replica != null && trySyncAside(replica, sync, aside);
    return isAside ? aside : submit(chunkId, sync);
  }

  @Override
  public CompletableFuture<ReplicaState> drain(long chunkId) {
    return submit(chunkId, (replica, files) -> replica.state());
  }

  @Override
  public CompletableFuture<MibDigest> digest(long chunkId, int offset) {
    return submit(chunkId, (replica, files) -> reader.digest(replica, files, offset));
  }

  @Override
  public CompletableFuture<int[]> checksums(long chunkId, int offset, int length) {
    return submit(chunkId, (replica, files) -> reader.checksums(replica, files, offset, length));
  }

  @Override
  public CompletableFuture<Void> replaceBlocks(
      long chunkId, int offset, int[] checksums, ByteBuf bytes) {
    CompletableFuture<Void> done =
        submit(
            chunkId,
            (replica, files) -> {
              withRoom(
                  bytes.readableBytes(),
                  () -> changer.replaceBlocks(replica, files, offset, checksums, bytes));
              background.changed(replica);
              return null;
            });
    return done.whenComplete((nothing, error) -> bytes.release());
  }

  @Override
  public CompletableFuture<Void> resize(long chunkId, int lengthBytes) {
    return submit(
        chunkId,
        (replica, files) -> {
          openFiles.awaitOthers(files, MAX_TRANSFER_WAIT_MS);
          changer.resize(replica, files, lengthBytes, false);
          background.changed(replica);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> join(long chunkId) {
    if (index.find(chunkId) == null) {
      if (!space.hasRoomToCreate()) {
        return CompletableFuture.failedFuture(
            new StoreException(
                Status.NO_SPACE, "only " + space.freeBytes() + " bytes of the disk are left"));
      }
      UUID name = ChunkName.of(clusterId.getAsLong(), chunkId);
      index.addIfAbsent(Replica.born(name, 0, List.of(), bootId));
    }
    return submit(
        chunkId,
        (replica, files) -> {
          if (!replica.isJoining() || replica.isSuspect()) {
            durability.join(replica, files);
          }
          background.changed(replica);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> discard(long chunkId, int version, Removal removal) {
    return submit(
        chunkId,
        (replica, files) -> {
          if (replica.version() != version) {
            throw replica.failure(
                Status.STALE_VERSION, "it is in version " + replica.version() + " by now");
          }
          kept.take(removal, paths.folderOf(replica.name), replica);
          replica.discarded();
          index.remove(replica);
          openFiles.forget(replica, files);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> replaceRecentWrites(long chunkId, List<WriteId> writes) {
    return submit(
        chunkId,
        (replica, files) -> {
          durability.keepLength(replica, files);
          files.recent.replace(writes);
          replica.trustRecentWrites();
          return null;
        });
  }

  @Override
  public CompletableFuture<Integer> rechecksum(long chunkId) {
    return submit(chunkId, changer::rechecksum);
  }

  @Override
  public CompletableFuture<OpenedReplica> install(
      long chunkId, int version, List<Integer> nodeIds, int lengthBytes) {
    return submit(
        chunkId,
        (replica, files) -> {
          openFiles.awaitOthers(files, MAX_TRANSFER_WAIT_MS);
          ReplicaState state = replica.state();
          if (nodeIds.size() == 1 && state.suspect() && state.sameBoot()) {
            // It is alone: no other has whole what was being written when its process died.
            changer.rechecksum(replica, files);
          }
          changer.install(replica, files, version, nodeIds, lengthBytes);
          return new OpenedReplica(replica.state(), files.recent.load());
        });
  }

  @Override
  public void setFullyAcknowledged(long chunkId, boolean fullyAcknowledged) {
    Replica replica = index.find(chunkId);
    if (replica != null) {
      replica.setFullyAcknowledged(fullyAcknowledged);
    }
  }

  private ReplicaFiles openFilesOf(Replica replica) throws IOException {
    ReplicaFiles files = ReplicaFiles.open(disk, paths.folderOf(replica.name), replica);
    int present = MetaLayout.blocks(files.readableBytes());
    for (int block = present; block < MetaLayout.blocks(replica.lengthBytes()); block++) {
      // Found here, because a transfer of bytes that are not there would break the connection.
      corruption.report(replica, block);
    }
    return files;
  }

  /** Runs an operation after those asked before for the same replica. */
  private <T> CompletableFuture<T> submit(long chunkId, Operation<T> operation) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      Replica replica = index.get(chunkId);
      diskThreads.execute(replica, () -> run(replica, operation, result));
    } catch (StoreException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  private <T> void run(Replica replica, Operation<T> operation, CompletableFuture<T> result) {
    T value;
    try {
      value = runOnFiles(replica, operation);
    } catch (IOException e) {
      result.completeExceptionally(asStoreException(replica, e));
      return;
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
      throw e;
    }
    result.complete(value);
  }

  private <T> T runOnFiles(Replica replica, Operation<T> operation) throws IOException {
    if (failure.hasFailed()) {
      throw replica.failure(Status.IO_FAILURE, "the disk has failed");
    }
    if (replica.isDiscarded()) {
      throw replica.failure(Status.NO_SUCH_CHUNK, "it was deleted");
    }
    ReplicaFiles files = replica.isBorn() ? create(replica) : openFiles.acquire(replica);
    try {
      return operation.run(replica, files);
    } finally {
      openFiles.release(files);
    }
  }

  private ReplicaFiles create(Replica replica) throws IOException {
    try {
      ReplicaFiles files =
          withRoom(
              0,
              () -> ReplicaFiles.create(disk, paths.makeFolderOf(replica.name), replica, bootId));
      replica.setOnDisk();
      openFiles.add(replica, files);
      index.changed(replica);
      return files;
    } catch (IOException e) {
      index.remove(replica);
      throw e;
    }
  }

  private void withRoom(long bytes, DiskFailure.DiskAction write) throws IOException {
    withRoom(
        bytes,
        () -> {
          write.run();
          return null;
        });
  }

  /** Puts bytes on the disk, before which the trash or the quarantine gives back what they need. */
  private <T> T withRoom(long bytes, DiskWrite<T> write) throws IOException {
    kept.makeRoomFor(bytes);
    T result = null;
    boolean written = false;
    while (!written) {
      try {
        result = write.run();
        written = true;
      } catch (DiskFullException e) {
        if (!kept.giveUpOldest()) {
          space.refused();
          throw e;
        }
      }
    }
    space.written(bytes);
    return result;
  }

  private static StoreException asStoreException(Replica replica, IOException e) {
    if (e instanceof StoreException known) {
      return known;
    }
    Status status = e instanceof DiskFullException ? Status.NO_SPACE : Status.IO_FAILURE;
    return new StoreException(status, "chunk " + replica + ": " + e.getMessage(), e);
  }

  @Override
  public void close() {
    background.close();
    background.cleanAll();
    abandon();
    try {
      kept.makeDurable();
    } catch (IOException e) {
      LOG.error("Cannot make removals of replicas durable", e);
    }
  }

  /** Ends without making anything durable that was not: what the death of the process leaves. */
  void abandon() {
    background.close();
    diskThreads.close();
    try {
      openFiles.closeAll();
    } catch (IOException e) {
      LOG.error("Cannot close the files of the data folder", e);
    }
  }
}
