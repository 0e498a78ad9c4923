package org.distrifs.client.write;

import it.unimi.dsi.fastutil.longs.LongAVLTreeSet;
import it.unimi.dsi.fastutil.longs.LongSortedSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.range.BlockRanges;

/**
 * The write side of one file in this process, shared by its handles: unsent extents, packets on
 * their way, what is not committed yet. Thread-safe; the caller sees to it that {@link #write}s
 * come one at a time.
 *
 * <p>One lock guards all of it. It is held for copies and bookkeeping only, never while waiting, so
 * the I/O threads that bring answers may take it.
 */
public final class FileWriter {
  /** Chunk writers without packets that are kept for their chain at most. */
  private static final int MAX_IDLE_CHUNK_WRITERS = 4;

  private final long inode;
  private final long chunkBytes;
  private final int packetBytes;
  private final long sessionId;
  private final WrittenFile file;
  private final WriteServices services;
  private final ChunkAllocation allocation;
  private final FileFlush flush;

  private final ReentrantLock lock = new ReentrantLock();
  private final FlushWaits flushWaits = new FlushWaits();
  private final ExtentBuffer extents;
  private final TreeMap<Long, ChunkWriter> chunkWriters = new TreeMap<>();
  private final WriteFailures failures = new WriteFailures();
  private final FreshChunks fresh = new FreshChunks();
  private final UncommittedWrites uncommitted = new UncommittedWrites();
  private final SessionWriteIntent intent;
  private int inFlight;
  private boolean retired;
  private boolean isAbandoned;
  private Runnable whenAtRest = () -> {};
  private long nextTicket;
  private long lastProgressNs;

  /**
   * @param chunkBytes of this file's chunks, a power of two
   * @param sessionId under which everything here is written
   * @param createdHere no other handle, here or elsewhere, can have written to it before
   */
  public FileWriter(
      long inode,
      long chunkBytes,
      long sessionId,
      boolean createdHere,
      WrittenFile file,
      WriteServices services) {
    this.inode = inode;
    this.chunkBytes = chunkBytes;
    this.packetBytes = (int) Math.min(services.settings().packetBytes(), chunkBytes);
    this.sessionId = sessionId;
    this.file = file;
    this.services = services;
    this.extents = new ExtentBuffer(packetBytes);
    this.intent = new SessionWriteIntent(services.sequences());
    this.allocation = new ChunkAllocation(inode, file, services);
    this.flush = new FileFlush(this, file, services, createdHere);
    this.lastProgressNs = services.clock().monotonicNs();
  }

  // --- for handles

  /**
   * Takes bytes into the buffer, waiting for memory while it is full. While the cluster has little
   * room left, those that need some are on the datanodes when this returns: a caller that is told
   * that its bytes were taken often looks for no later error.
   *
   * @throws ErrnoException {@code EIO} when no memory became free within the operation's bound;
   *     {@code ENOSPC} when there is no room
   */
  public void write(long offset, ByteBuffer source) throws IOException {
    services.metrics().written(source.remaining());
    long at = offset;
    while (source.hasRemaining()) {
      int length = (int) Math.min(source.remaining(), extents.slotEnd(at) - at);
      writeWithinSlot(at, source.slice(source.position(), length));
      source.position(source.position() + length);
      at += length;
    }
    if (services.master().spaceIsScarce() && needsRoom(offset, at)) {
      writeThrough();
    }
  }

  /** Whether a range is longer than the file was, or lies in chunks that may not exist. */
  private boolean needsRoom(long offset, long end) {
    if (end > file.committedBytes()) {
      return true;
    }
    return underLock(
        () -> {
          boolean isKnown = true;
          for (long index = offset / chunkBytes; index * chunkBytes < end; index++) {
            isKnown &= knownLocation(index) != null;
          }
          return !isKnown;
        });
  }

  private void writeThrough() throws IOException {
    long failuresBefore = failures.count();
    sendAndAwaitAll();
    if (failures.count() != failuresBefore) {
      throw failures.last();
    }
  }

  private void writeWithinSlot(long offset, ByteBuffer piece) throws IOException {
    int length = piece.remaining();
    int held = 0;
    while (true) {
      int needed;
      lock.lock();
      try {
        needed = extents.memoryFor(offset, length);
        if (needed <= held || services.memory().tryTake(needed - held)) {
          int grew = extents.write(offset, piece);
          services.memory().give(Math.max(needed, held) - grew);
          uncommitted.wrote(services.clock(), offset + length, length);
          Extent full = extents.takeFull(offset);
          if (full != null) {
            dispatch(full);
          }
          return;
        }
      } finally {
        lock.unlock();
      }
      // Given back first: whoever holds some and waits for more could wait for himself.
      services.memory().give(held);
      services.relief().run();
      services.memory().take(needed, services.settings().operationTimeoutMs());
      held = needed;
    }
  }

  /** As a write of no bytes that ends at {@code size}: nothing has to be sent before the commit. */
  public void extend(long size) {
    underLock(() -> uncommitted.extended(services.clock(), size));
  }

  /** Blocks are to count as allocated, without holding data by that: the next commit tells. */
  public void reserved(long offset, long end) {
    underLock(() -> uncommitted.blocks().reserved(BlockRanges.touching(offset, end)));
  }

  /** Blocks are zeros and not to count as allocated: the next commit tells. */
  public void punched(BlockRanges punched) {
    underLock(() -> uncommitted.blocks().punched(punched));
  }

  /** What was told of blocks, here or by writes, that the master is not known to have heard of. */
  public AllocationChange uncommittedAllocation() {
    return underLock(() -> uncommitted.blocks().change());
  }

  /** Bytes written since everything was committed last. */
  public long uncommittedBytes() {
    return underLock(uncommitted::writtenBytes);
  }

  /** The size of the file as uncommitted writes make it; at least {@code committedBytes}. */
  public long size(long committedBytes) {
    return underLock(() -> Math.max(committedBytes, uncommitted.end()));
  }

  /** When the last uncommitted write was, in nanoseconds of wall time; 0 without one. */
  public long lastWriteWallNs() {
    return underLock(uncommitted::lastWriteWallNs);
  }

  /** What of a range is not acknowledged, at this moment. The caller closes it. */
  public Overlay overlay(long offset, int length) {
    Overlay overlay = new Overlay(offset, offset + length);
    lock.lock();
    try {
      for (ChunkWriter writer : writersOf(offset, length)) {
        writer.forEachPacket(
            packet -> {
              if (overlay.touches(packet.fileOffset, packet.length)) {
                overlay.add(packet.fileOffset, packet.retained());
              }
            });
      }
      extents.overlapping(
          offset, offset + length, extent -> overlay.add(extent.start(), extent.retained()));
    } finally {
      lock.unlock();
    }
    return overlay;
  }

  /** The indices of the chunks with bytes that are not acknowledged, at this moment. */
  public LongSortedSet pendingChunks() {
    LongSortedSet indices = new LongAVLTreeSet();
    lock.lock();
    try {
      chunkWriters.values().stream()
          .filter(writer -> !writer.isIdle())
          .forEach(writer -> indices.add(writer.index()));
      extents.overlapping(0, Long.MAX_VALUE, extent -> indices.add(extent.start() / chunkBytes));
    } finally {
      lock.unlock();
    }
    return indices;
  }

  /** Whether bytes of a range are not acknowledged. It may reach beyond the largest offset. */
  public boolean touches(long offset, long length) {
    long toTheLast = Long.MAX_VALUE - offset;
    long within = Math.min(length, Math.min(toTheLast, Integer.MAX_VALUE));
    try (Overlay overlay = overlay(offset, (int) within)) {
      return !overlay.isEmpty();
    }
  }

  /** The location of a chunk that only this session knows, or null. */
  public ChunkLocation freshLocation(long index) {
    return underLock(() -> fresh.location(index));
  }

  /** Whether a chunk is fresh, and bytes of it were acknowledged. */
  public boolean isWrittenFresh(long index) {
    return underLock(() -> fresh.location(index) != null && !fresh.isUnwritten(index));
  }

  /** Whether a chunk is fresh, and no bytes of it were acknowledged. */
  public boolean isUnwrittenFresh(long index) {
    return underLock(() -> fresh.location(index) != null && fresh.isUnwritten(index));
  }

  /** Takes over a chunk that came with the file's creation. */
  public void adoptFresh(ChunkLocation location) {
    underLock(() -> fresh.learn(location));
  }

  /** By which accepted bytes were lost; a handle remembers which of them it has told. */
  public WriteFailures failures() {
    return failures;
  }

  /** Sends everything, waits for the acknowledgements and commits. */
  public void flush() throws IOException {
    flush.run(FileFlush.Purpose.WRITE_BACK);
  }

  /** {@link #flush}, after which nobody is expected to write soon. */
  public void flushAtClose() throws IOException {
    flush.run(FileFlush.Purpose.CLOSE);
  }

  /** {@link #flush}, with the data on the disks of every member. */
  public void sync() throws IOException {
    flush.run(FileFlush.Purpose.SYNC);
  }

  /** Others changed the file: the next sync takes in all of its chunks. */
  public void changedByOthers() {
    flush.syncAllNext();
  }

  /** Another mount truncated the file: what was acknowledged and not committed may be cut off. */
  public void truncatedByOthers() {
    lock.lock();
    try {
      if (uncommitted.hasAcknowledged()) {
        lost(
            new ErrnoException(
                Errno.EIO,
                "write to inode " + inode + ", which another mount truncated meanwhile"));
      }
      List.copyOf(chunkWriters.values()).forEach(ChunkWriter::fileWasTruncated);
      chunkWriters.values().removeIf(ChunkWriter::isIdle);
      fresh.abandonUnwritten();
    } finally {
      lock.unlock();
    }
  }

  /** Sends what is unsent, without waiting. */
  public void sendAll() {
    lock.lock();
    try {
      extents.takeAll().forEach(this::dispatch);
    } finally {
      lock.unlock();
    }
  }

  /** The file was cut by this process, after a flush: chains and unused chunks are asked anew. */
  public void wasCut() {
    lock.lock();
    try {
      chunkWriters.values().removeIf(ChunkWriter::isIdle);
      fresh.abandonUnwritten();
    } finally {
      lock.unlock();
    }
  }

  /** Whether uncommitted writes have waited for longer than this. */
  public boolean isOverdue(long ageNs) {
    return underLock(() -> uncommitted.isOlderThan(services.clock(), ageNs));
  }

  public boolean isClean() {
    return underLock(uncommitted::isClean);
  }

  /**
   * Nothing that is accepted and not committed will be: its session or its last handle is gone.
   * What that loses is a failure, once.
   *
   * @param isKnown whether whoever wrote it was told
   */
  public void abandon(String why, boolean isKnown) {
    lock.lock();
    try {
      if (!isAbandoned && !uncommitted.isClean()) {
        lost(new ErrnoException(Errno.EIO, "write to inode " + inode + ", " + why));
        if (isKnown) {
          failures.tell(failures.count());
        }
      }
      isAbandoned = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * No handle is left: drops what could not be sent and gives back unused chunks.
   *
   * @param nothingUnderWay called once, when nothing of the file is on its way any more; must not
   *     block
   */
  public void retire(Runnable nothingUnderWay) {
    lock.lock();
    try {
      whenAtRest = nothingUnderWay;
      extents.takeAll().forEach(this::drop);
      chunkWriters.values().forEach(writer -> writer.discard(this::giveUp));
      chunkWriters.clear();
      fresh.abandonUnwritten();
      flushWaits.oldestIs(oldestTicket());
      retired = true;
      releaseIfAtRest();
    } finally {
      lock.unlock();
    }
  }

  /** Gives back what is held, once what was asked has been answered, which may change that. */
  private void releaseIfAtRest() {
    if (retired && inFlight == 0 && !intent.isAllocating()) {
      flush.release();
      whenAtRest.run();
    }
  }

  private void drop(Extent extent) {
    services.memory().give(extent.capacity());
    extent.release();
  }

  private void giveUp(Packet packet) {
    if (packet.sent && !packet.acknowledged) {
      intent.bytesWereLost();
    }
    drop(packet);
  }

  private void drop(Packet packet) {
    services.memory().give(packet.chargedBytes);
    packet.release();
  }

  // --- for the flush

  long inode() {
    return inode;
  }

  long chunkBytes() {
    return chunkBytes;
  }

  long sessionId() {
    return sessionId;
  }

  UncommittedWrites uncommitted() {
    return uncommitted;
  }

  SessionWriteIntent intent() {
    return intent;
  }

  /** Whether bytes are unsent, unacknowledged, or on their way though they were given up. */
  boolean isPending() {
    return inFlight > 0
        || !extents.isEmpty()
        || !chunkWriters.values().stream().allMatch(ChunkWriter::isIdle);
  }

  /** What packets wait for may have changed. */
  void pumpAll() {
    List.copyOf(chunkWriters.values()).forEach(ChunkWriter::pump);
  }

  FreshChunks fresh() {
    return fresh;
  }

  /** Accepted bytes are lost. Under the lock. */
  void lost(ErrnoException failure) {
    if (!isAbandoned) { // Else this is a part of what is a failure already.
      failures.add(failure);
    }
    file.bytesLost();
  }

  /** Sends what is unsent and waits until all packets made by now are acknowledged. */
  void sendAndAwaitAll() throws IOException {
    long boundNs =
        TimeUnit.MILLISECONDS.toNanos(
            services.settings().chunkTimeoutMs() + services.settings().operationTimeoutMs());
    CompletableFuture<Void> over = new CompletableFuture<>();
    Supplier<CompletableFuture<Void>> begin = () -> sendAll(over);
    long leftNs = boundNs;
    long waitingSinceNs = services.clock().monotonicNs();
    while (!over.isDone()) {
      if (leftNs <= 0) {
        throw new ErrnoException(
            Errno.EIO, "flush of inode " + inode + ", whose chains acknowledge nothing");
      }
      try {
        services.waiting().get(begin, TimeUnit.NANOSECONDS.toMillis(leftNs) + 1);
      } catch (TimeoutException e) {
        begin = () -> over;
      } catch (ExecutionException e) {
        throw new IllegalStateException("a wait for packets only ends well", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ErrnoException(Errno.EINTR, "flush of inode " + inode, e);
      }
      long progressNs = underLock(() -> lastProgressNs);
      long sinceNs = Math.max(progressNs - waitingSinceNs, 0) + waitingSinceNs;
      leftNs = sinceNs + boundNs - services.clock().monotonicNs();
    }
  }

  /** Sends what is unsent; {@code over} completes when no packet made by then is left. */
  private CompletableFuture<Void> sendAll(CompletableFuture<Void> over) {
    lock.lock();
    try {
      extents.takeAll().forEach(this::dispatch);
      flushWaits.add(nextTicket, over);
      flushWaits.oldestIs(oldestTicket());
    } finally {
      lock.unlock();
    }
    return over;
  }

  private long oldestTicket() {
    return chunkWriters.values().stream()
        .mapToLong(ChunkWriter::oldestTicket)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  // --- for chunk writers, under the lock

  boolean windowIsOpen() {
    return inFlight < services.settings().windowPackets();
  }

  void sent() {
    inFlight++;
  }

  void answered() {
    inFlight--;
    pumpAll();
    releaseIfAtRest();
  }

  /** Whether packets may go to a chunk now, so that the master knows of them if this one dies. */
  boolean mayWrite(long index) {
    boolean isFresh = fresh.location(index) != null;
    return intent.isHeld() || isFresh && (fresh.isUnwritten(index) || intent.permitsFresh());
  }

  boolean mayBeginIntent() {
    return intent.mayBegin();
  }

  ChunkLocation knownLocation(long index) {
    ChunkLocation location = fresh.location(index);
    return location != null ? location : services.chains().cached(inode, index);
  }

  CompletableFuture<ChunkLocation> allocate(long index) {
    long number = intent.allocating();
    return allocation
        .allocate(index, number)
        .whenComplete((found, failure) -> underLock(() -> allocated(found)));
  }

  private void allocated(ChunkLocation found) {
    intent.allocated(found != null, found != null && !found.getFresh());
    if (!retired) {
      pumpAll();
    }
    releaseIfAtRest();
  }

  void located(ChunkLocation location) {
    if (location.getFresh()) {
      fresh.learn(location);
    } else {
      services.chains().learn(inode, location);
    }
  }

  boolean isUnwritten(long index) {
    return fresh.isUnwritten(index);
  }

  void wrote(long index) {
    fresh.wrote(index);
  }

  /** A packet and all before it in its chunk were applied by every member. */
  void acknowledged(long index, long chunkId, Packet packet) {
    uncommitted.acknowledged(index, chunkId, packet);
    drop(packet);
    progressed();
  }

  void failed(ChunkWriter writer, List<Packet> dropped, ErrnoException failure) {
    chunkWriters.remove(writer.index(), writer);
    dropped.forEach(this::giveUp);
    recomputeEnd();
    lost(failure);
    progressed();
  }

  private void progressed() {
    lastProgressNs = services.clock().monotonicNs();
    flushWaits.oldestIs(oldestTicket());
  }

  private void dispatch(Extent extent) {
    long index = extent.start() / chunkBytes;
    int chunkOffset = (int) (extent.start() % chunkBytes);
    Packet packet = new Packet(nextTicket++, extent, chunkOffset);
    writer(index).add(packet);
    boolean pastHalf = chunkOffset + packet.length > chunkBytes / 2;
    boolean appending = packet.fileEnd() >= Math.max(uncommitted.end(), file.committedBytes());
    boolean isLast = index == Long.MAX_VALUE / chunkBytes;
    if (pastHalf && appending && !isLast && knownLocation(index + 1) == null) {
      writer(index + 1).prepare();
    }
  }

  private ChunkWriter writer(long index) {
    ChunkWriter known = chunkWriters.get(index);
    if (known == null) {
      if (chunkWriters.size() > MAX_IDLE_CHUNK_WRITERS) {
        chunkWriters.values().removeIf(ChunkWriter::isIdle);
      }
      known = new ChunkWriter(this, services, index);
      chunkWriters.put(index, known);
    }
    return known;
  }

  private Iterable<ChunkWriter> writersOf(long offset, int length) {
    long first = offset / chunkBytes;
    long last = (offset + Math.max(length, 1) - 1) / chunkBytes;
    return chunkWriters.subMap(first, true, last, true).values();
  }

  /** The pending bytes became fewer, or a commit took in what was acknowledged. */
  void recomputeEnd() {
    long[] end = {extents.end()};
    for (ChunkWriter writer : chunkWriters.values()) {
      writer.forEachPacket(packet -> end[0] = Math.max(end[0], packet.fileEnd()));
    }
    uncommitted.pendingIs(end[0]);
  }

  // --- the lock

  void underLock(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  <T> T underLock(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
