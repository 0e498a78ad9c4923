package org.distrifs.datanode.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.proto.id.ChunkName;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.LocalDisk;
import org.distrifs.runtime.disk.OpenMode;

/** A store in a temporary folder, used as a chain would use it. */
final class StoreFixture implements AutoCloseable {
  static final long CLUSTER = 0x1122_3344_5566_7788L;
  static final UUID BOOT = new UUID(7, 8);
  static final long SESSION = 99;
  static final StoreSettings SETTINGS = new StoreSettings(2, 4, 0, 60_000, 0, 3_600_000, 3_600_000);

  private final Path folder;
  private final Disk disk;
  private final StoreSettings settings;
  private final ClockSource clock;
  private LocalChunkStore store;

  StoreFixture(Path folder) throws IOException {
    this(folder, new LocalDisk());
  }

  StoreFixture(Path folder, Disk disk) throws IOException {
    this(folder, disk, SETTINGS);
  }

  StoreFixture(Path folder, Disk disk, StoreSettings settings) throws IOException {
    this(folder, disk, settings, new SystemClock());
  }

  StoreFixture(Path folder, Disk disk, StoreSettings settings, ClockSource clock)
      throws IOException {
    this.folder = folder;
    this.disk = disk;
    this.settings = settings;
    this.clock = clock;
    open(BOOT);
  }

  LocalChunkStore store() {
    return store;
  }

  void open(UUID bootId) throws IOException {
    store = LocalChunkStore.open(disk, folder, () -> CLUSTER, bootId, clock, settings);
  }

  /**
   * Opens the store anew as after {@code kill -9}: nothing was synced or marked, but the kernel has
   * all that was written.
   */
  void crashAndReopen(UUID bootId) throws IOException {
    store.abandon();
    open(bootId);
  }

  void closeAndReopen() throws IOException {
    store.close();
    open(BOOT);
  }

  Path dataFile(long chunkId) {
    UUID name = ChunkName.of(CLUSTER, chunkId);
    return new ReplicaPaths(new LocalDisk(), folder).folderOf(name).resolve(name.toString());
  }

  boolean isOneFile(long chunkId) throws IOException {
    return !disk.exists(ReplicaForm.TWO_FILES.metaPath(dataFile(chunkId)));
  }

  /** The header that counts on disk, of a replica in one file. */
  MetaHeader header(long chunkId) throws IOException {
    return FoundReplica.read(disk, ReplicaForm.ONE_FILE, dataFile(chunkId)).header();
  }

  /** Asserts that a replica's file has these bytes, and zeros behind them. */
  void assertBytesOnDisk(long chunkId, byte[] expected, String when) throws IOException {
    ByteBuffer read = ByteBuffer.allocate(expected.length + 2 * MetaLayout.MIB);
    read(dataFile(chunkId), 0, read);
    assertThat(read.array()).as(when).isEqualTo(Arrays.copyOf(expected, read.capacity()));
    if (!isOneFile(chunkId)) {
      assertThat(disk.sizeBytes(dataFile(chunkId))).as(when).isEqualTo(expected.length);
    }
  }

  private void read(Path path, long position, ByteBuffer target) throws IOException {
    try (DiskFile file = disk.open(path, OpenMode.READ)) {
      file.read(target, position);
    }
  }

  /**
   * Turns a replica of a store that is closed durably into one of two files, as an earlier version
   * would have left it.
   */
  void splitFile(long chunkId) throws IOException {
    Path path = dataFile(chunkId);
    FoundReplica found = FoundReplica.read(disk, ReplicaForm.ONE_FILE, path);
    long base = ReplicaForm.ONE_FILE.metaBase;
    try (DiskFile file = disk.open(path, OpenMode.READ_WRITE);
        DiskFile meta = disk.open(ReplicaForm.TWO_FILES.metaPath(path), OpenMode.CREATE_NEW)) {
      ByteBuffer region = ByteBuffer.allocate((int) (file.sizeBytes() - base));
      file.read(region, base);
      MetaHeader header = found.header();
      MetaHeader former =
          new MetaHeader(
              ReplicaForm.TWO_FILES,
              header.name(),
              header.generation(),
              header.version(),
              header.lengthBytes(),
              header.lastOrder(),
              0,
              header.bootId(),
              header.nodeIds(),
              header.dirty());
      ByteBuffer slot = ByteBuffer.allocate(MetaLayout.SLOT_BYTES);
      former.encode(slot);
      region.put((int) MetaLayout.slotOffset(header.generation()), slot.array());
      meta.write(region.clear(), 0);
      meta.sync();
      file.truncate(found.lengthBytes());
      file.sync();
    }
    disk.syncDirectory(path.getParent());
  }

  static DataRequest.Write write(long chunkId, int version, int offset, byte[] bytes, long order) {
    ByteBuf payload = buffer(bytes);
    int[] checksums = BlockChecksums.ofParts(payload, offset);
    payload.release();
    return new DataRequest.Write(
        chunkId,
        version,
        offset,
        bytes.length,
        SESSION,
        order,
        order,
        0,
        List.of(new ChainHop(1, 11, "h", 1), new ChainHop(2, 12, "h", 2)),
        checksums,
        true,
        false);
  }

  void put(long chunkId, int version, int offset, byte[] bytes, long order) {
    await(store.write(write(chunkId, version, offset, bytes, order), false, buffer(bytes)));
  }

  static ByteBuf buffer(byte[] bytes) {
    return ByteBufAllocator.DEFAULT.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
  }

  /** All bytes of a replica, read in pieces and verified by the store. */
  byte[] contents(long chunkId) {
    int length = store.find(chunkId).lengthBytes();
    byte[] bytes = new byte[length];
    for (int offset = 0; offset < length; offset += MetaLayout.MIB) {
      MemoryBlocks blocks = await(store.readVerified(chunkId, offset, MetaLayout.MIB));
      blocks.bytes().readBytes(bytes, offset, blocks.bytes().readableBytes());
      blocks.bytes().release();
    }
    return bytes;
  }

  /** All bytes of a replica as they are on disk, whether or not they match their checksums. */
  byte[] rawBytes(long chunkId) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(store.find(chunkId).lengthBytes());
    read(dataFile(chunkId), 0, bytes);
    return bytes.array();
  }

  /** The checksums that the store keeps for the whole replica. */
  int[] checksums(long chunkId) {
    return await(store.checksums(chunkId, 0, store.find(chunkId).lengthBytes()));
  }

  static int[] expectedChecksums(byte[] bytes) {
    ByteBuf buffer = buffer(bytes);
    int[] checksums = BlockChecksums.ofParts(buffer, 0);
    buffer.release();
    return checksums;
  }

  static byte[] patterned(int length, int seed) {
    byte[] bytes = new byte[length];
    IntStream.range(0, length).forEach(i -> bytes[i] = (byte) (i * 31 + seed));
    return bytes;
  }

  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(20, SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("the operation failed: " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("the operation did not end", e);
    }
  }

  /** The status with which an operation fails. */
  static Status failureOf(CompletableFuture<?> future) {
    try {
      future.get(20, SECONDS);
      return Status.OK;
    } catch (ExecutionException e) {
      return ((StoreException) e.getCause()).status();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("the operation did not end", e);
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
