package org.distrifs.client.write;

import it.unimi.dsi.fastutil.longs.LongSortedSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.range.BlockRanges;

/**
 * The write side of one file in this process, shared by its handles: bytes that are not
 * acknowledged, and what is acknowledged and not committed. Thread-safe; the caller sees to it that
 * {@link #write}s come one at a time.
 */
public final class FileWriter {
  private final long inode;
  private final long chunkBytes;
  private final long sessionId;
  private final WrittenFile file;
  private final WriteServices services;
  private final FileFlush flush;

  /** Guards the rest. */
  private final WriterLock lock = new WriterLock();

  private final WritableChunks chunks;
  private final OutgoingBytes outgoing;
  private final UncommittedWrites uncommitted = new UncommittedWrites();
  private final WriteFailures failures = new WriteFailures();
  private boolean retired;
  private boolean isAbandoned;
  private Runnable whenAtRest = () -> {};

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
    this.sessionId = sessionId;
    this.file = file;
    this.services = services;
    this.chunks = new WritableChunks(inode, lock, file, services, this::allocationEnded);
    this.outgoing = new OutgoingBytes(chunkBytes, sessionId, chunks, services, new Outcome());
    this.flush = new FileFlush(this, file, services, createdHere);
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
      int length = (int) Math.min(source.remaining(), outgoing.slotEnd(at) - at);
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
    return lock.get(
        () -> {
          boolean isKnown = true;
          for (long index = offset / chunkBytes; index * chunkBytes < end; index++) {
            isKnown &= chunks.known(index) != null;
          }
          return !isKnown;
        });
  }

  private void writeThrough() throws IOException {
    long failuresBefore = failures.count();
    sendAndAwaitAll(false);
    if (failures.count() != failuresBefore) {
      throw failures.last();
    }
  }

  private void writeWithinSlot(long offset, ByteBuffer piece) throws IOException {
    int held = 0;
    while (true) {
      int heldNow = held;
      int missing = lock.get(() -> take(offset, piece, heldNow));
      if (missing == 0) {
        return;
      }
      // Given back first: whoever holds some and waits for more could wait for himself.
      services.memory().give(held);
      services.relief().run();
      services.memory().take(missing, services.settings().operationTimeoutMs());
      held = missing;
    }
  }

  /** Takes bytes if there is memory for them, and answers 0; else how much they need. */
  private int take(long offset, ByteBuffer piece, int held) {
    int length = piece.remaining();
    int needed = outgoing.memoryFor(offset, length);
    if (needed > held && !services.memory().tryTake(needed - held)) {
      return needed;
    }
    int grew = outgoing.take(offset, piece);
    services.memory().give(Math.max(needed, held) - grew);
    uncommitted.wrote(services.clock(), offset + length, length);
    outgoing.sendFull(offset);
    return 0;
  }

  /** As a write of no bytes that ends at {@code size}: nothing has to be sent before the commit. */
  public void extend(long size) {
    lock.run(() -> uncommitted.extended(services.clock(), size));
  }

  /** Blocks are to count as allocated, without holding data by that: the next commit tells. */
  public void reserved(long offset, long end) {
    lock.run(() -> uncommitted.blocks().reserved(BlockRanges.touching(offset, end)));
  }

  /** Blocks are zeros and not to count as allocated: the next commit tells. */
  public void punched(BlockRanges punched) {
    lock.run(() -> uncommitted.blocks().punched(punched));
  }

  /** What was told of blocks, here or by writes, that the master is not known to have heard of. */
  public AllocationChange uncommittedAllocation() {
    return lock.get(() -> uncommitted.blocks().change());
  }

  /** Bytes written since everything was committed last. */
  public long uncommittedBytes() {
    return lock.get(uncommitted::writtenBytes);
  }

  /** The size of the file as uncommitted writes make it; at least {@code committedBytes}. */
  public long size(long committedBytes) {
    return lock.get(() -> Math.max(committedBytes, uncommitted.end()));
  }

  /** When the last uncommitted write was, in nanoseconds of wall time; 0 without one. */
  public long lastWriteWallNs() {
    return lock.get(uncommitted::lastWriteWallNs);
  }

  /** What of a range is not acknowledged, at this moment. The caller closes it. */
  public Overlay overlay(long offset, int length) {
    Overlay overlay = new Overlay(offset, offset + length);
    lock.run(() -> outgoing.addTo(overlay, offset, length));
    return overlay;
  }

  /** The indices of the chunks with bytes that are not acknowledged, at this moment. */
  public LongSortedSet pendingChunks() {
    return lock.get(outgoing::chunkIndices);
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
    return lock.get(() -> chunks.fresh().location(index));
  }

  /** Whether a chunk is fresh, and bytes of it were acknowledged. */
  public boolean isWrittenFresh(long index) {
    return lock.get(
        () -> chunks.fresh().location(index) != null && !chunks.fresh().isUnwritten(index));
  }

  /** Whether a chunk is fresh, and no bytes of it were acknowledged. */
  public boolean isUnwrittenFresh(long index) {
    return lock.get(() -> chunks.fresh().isUnwritten(index));
  }

  /** Takes over a chunk that came with the file's creation. */
  public void adoptFresh(ChunkLocation location) {
    lock.run(() -> chunks.fresh().learn(location));
  }

  /** By which accepted bytes were lost; a handle remembers which of them it has told. */
  public WriteFailures failures() {
    return failures;
  }

  /** Sends everything, waits for the acknowledgements and commits. */
  public void flush() throws IOException {
    flush.run(FileFlush.Purpose.WRITE_BACK);
  }

  /**
   * {@link #flush}, whose commit carries a change of attributes of this file, without a size: the
   * master carries out both in one entry of its journal.
   *
   * @return the attributes afterwards; empty if the change was not carried out, since there was
   *     nothing to commit or the master refused it: then the caller asks for it alone
   */
  public Optional<Attributes> flushWith(AttributeChange change) throws IOException {
    return flush.runWith(change);
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
    lock.run(
        () -> {
          if (uncommitted.hasAcknowledged()) {
            lost(
                new ErrnoException(
                    Errno.EIO,
                    "write to inode " + inode + ", which another mount truncated meanwhile"));
          }
          outgoing.fileWasTruncated();
          chunks.fresh().abandonUnwritten();
        });
  }

  /** Sends what is unsent, without waiting. */
  public void sendAll() {
    lock.run(outgoing::sendAll);
  }

  /** The file was cut by this process, after a flush: chains and unused chunks are asked anew. */
  public void wasCut() {
    lock.run(
        () -> {
          outgoing.forgetIdle();
          chunks.fresh().abandonUnwritten();
        });
  }

  /** Whether uncommitted writes have waited for longer than this. */
  public boolean isOverdue(long ageNs) {
    return lock.get(() -> uncommitted.isOlderThan(services.clock(), ageNs));
  }

  public boolean isClean() {
    return lock.get(uncommitted::isClean);
  }

  /**
   * Nothing that is accepted and not committed will be: its session or its last handle is gone.
   * What that loses is a failure, once.
   *
   * @param isKnown whether whoever wrote it was told
   */
  public void abandon(String why, boolean isKnown) {
    lock.run(
        () -> {
          if (!isAbandoned && !uncommitted.isClean()) {
            lost(new ErrnoException(Errno.EIO, "write to inode " + inode + ", " + why));
            if (isKnown) {
              failures.tell(failures.count());
            }
          }
          isAbandoned = true;
        });
  }

  /**
   * No handle is left: drops what could not be sent and gives back unused chunks.
   *
   * @param nothingUnderWay called once, when nothing of the file is on its way any more; must not
   *     block
   */
  public void retire(Runnable nothingUnderWay) {
    lock.run(
        () -> {
          whenAtRest = nothingUnderWay;
          outgoing.dropAll();
          chunks.fresh().abandonUnwritten();
          retired = true;
          releaseIfAtRest();
        });
  }

  /** Gives back what is held, once what was asked has been answered, which may change that. */
  private void releaseIfAtRest() {
    if (retired && outgoing.inFlight() == 0 && !chunks.intent().isAllocating()) {
      flush.release();
      whenAtRest.run();
    }
  }

  private void allocationEnded() {
    if (!retired) {
      outgoing.pumpAll();
    }
    releaseIfAtRest();
  }

  /** What becomes of the bytes that are sent; called under the lock. */
  private final class Outcome implements OutgoingBytes.Fate {
    @Override
    public boolean isAtEnd(long fileEnd) {
      return fileEnd >= Math.max(uncommitted.end(), file.committedBytes());
    }

    @Override
    public void acknowledged(long index, long chunkId, Packet packet) {
      uncommitted.acknowledged(index, chunkId, packet);
      if (packet.syncedAt != null && uncommitted.synced(packet.syncedAt)) {
        lostBeforeSync(packet.syncedAt);
      }
    }

    @Override
    public boolean isUnsynced(long index) {
      return uncommitted.isUnsynced(index);
    }

    @Override
    public void lost(ErrnoException failure) {
      recomputeEnd();
      FileWriter.this.lost(failure);
    }

    @Override
    public void answered() {
      releaseIfAtRest();
    }
  }

  // --- for the flush

  long inode() {
    return inode;
  }

  long sessionId() {
    return sessionId;
  }

  WriterLock lock() {
    return lock;
  }

  UncommittedWrites uncommitted() {
    return uncommitted;
  }

  WritableChunks chunks() {
    return chunks;
  }

  OutgoingBytes outgoing() {
    return outgoing;
  }

  /** Accepted bytes are lost. Under the lock. */
  void lost(ErrnoException failure) {
    if (!isAbandoned) { // Else this is a part of what is a failure already.
      failures.add(failure);
    }
    file.bytesLost();
  }

  /** The machines of all members of a chunk went down before its bytes were synced. */
  void lostBeforeSync(ChunkLocation synced) {
    lost(
        new ErrnoException(
            Errno.EIO,
            "write to inode %d (the machine of each member of chunk %d went down before a sync)"
                .formatted(inode, synced.getChunkId())));
  }

  /** The pending bytes became fewer, or a commit took in what was acknowledged. Under the lock. */
  void recomputeEnd() {
    uncommitted.pendingIs(outgoing.end());
  }

  /**
   * Sends what is unsent and waits until all packets made by now are acknowledged.
   *
   * @param sync the chains may make it durable on the way; what they did not is known as unsynced
   */
  void sendAndAwaitAll(boolean sync) throws IOException {
    long boundNs =
        TimeUnit.MILLISECONDS.toNanos(
            services.settings().chunkTimeoutMs() + services.settings().operationTimeoutMs());
    CompletableFuture<Void> over = new CompletableFuture<>();
    Supplier<CompletableFuture<Void>> begin = () -> sendAll(over, sync);
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
      long progressNs = lock.get(outgoing::lastProgressNs);
      long sinceNs = Math.max(progressNs - waitingSinceNs, 0) + waitingSinceNs;
      leftNs = sinceNs + boundNs - services.clock().monotonicNs();
    }
  }

  private CompletableFuture<Void> sendAll(CompletableFuture<Void> over, boolean sync) {
    lock.run(() -> outgoing.sendAll(over, sync));
    return over;
  }
}
