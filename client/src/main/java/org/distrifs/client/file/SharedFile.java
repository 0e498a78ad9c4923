package org.distrifs.client.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.distrifs.client.cache.ChainCache;
import org.distrifs.client.lock.FileLocks;
import org.distrifs.client.lock.LockedFile;
import org.distrifs.client.read.ChunkLocator;
import org.distrifs.client.read.FileReader;
import org.distrifs.client.read.SequencePattern;
import org.distrifs.client.session.Replies;
import org.distrifs.client.write.AttributeChange;
import org.distrifs.client.write.FileWriter;
import org.distrifs.client.write.Overlay;
import org.distrifs.client.write.WrittenFile;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.GetAttributes;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.frame.Status;
import org.distrifs.proto.range.BlockRanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the handles of one inode share: its writer, its reader and what was last heard of it. Lives
 * from the first open to the last close. Thread-safe.
 */
final class SharedFile implements WrittenFile, ChunkLocator, LockedFile {
  private static final Logger LOG = LoggerFactory.getLogger(SharedFile.class);
  private static final long NS_PER_SECOND = 1_000_000_000L;

  private final long inode;
  private final long chunkBytes;
  private final long sessionId;
  private final FileServices services;
  private final FileWriter writer;
  private final FileReader reader;
  private final FileLocks locks;

  /** Writes and truncations come one at a time, so that each is whole. */
  private final ReentrantLock changes = new ReentrantLock(true);

  private final AtomicBoolean flushing = new AtomicBoolean();
  private final AppendLease appendLease;

  private final Object learning = new Object();
  private volatile Attributes latest;
  private long ownCounter;

  /** The change counter when others changed the file last, or when it was opened here. */
  private long othersCounter;

  /** Handles that are open; belongs to the table's lock. */
  int handles;

  /**
   * @param first where the master said the first chunks are, when it told the attributes
   */
  SharedFile(
      Attributes attributes,
      ChainCache.FirstChunks first,
      boolean createdHere,
      FileServices services) {
    this.inode = attributes.getInode();
    this.sessionId = services.master().sessionId();
    this.services = services;
    this.latest = attributes;
    this.appendLease = new AppendLease(inode, services, this::handBackAppendLease);
    this.othersCounter = attributes.getChangeCounter();
    services.chains().opened(attributes, first);
    this.chunkBytes = attributes.getChunkSizeBytes();
    this.writer =
        new FileWriter(inode, chunkBytes, sessionId, createdHere, this, services.writing());
    this.reader =
        new FileReader(
            services.replicas(),
            services.writing().waiting(),
            services.segments(),
            this,
            writer::touches,
            chunkBytes,
            services.settings());
    this.locks =
        new FileLocks(
            this,
            services.master(),
            services.settings(),
            services.closes(),
            services.writing().clock(),
            services.writing().timer(),
            services.background());
  }

  @Override
  public long inode() {
    return inode;
  }

  FileWriter writer() {
    return writer;
  }

  FileLocks locks() {
    return locks;
  }

  /** Whether the session that this file was opened under is gone. */
  @Override
  public boolean hasLostSession() {
    return services.master().sessionId() != sessionId;
  }

  // --- what is heard of the file

  /**
   * Takes over attributes from the master. When others changed the file, everything that was
   * fetched of it is dropped before this returns, and with it before anybody acts on the new size.
   */
  void learn(Attributes heard) {
    synchronized (learning) {
      Attributes known = latest;
      if (heard.getChangeCounter() <= known.getChangeCounter()) {
        return;
      }
      if (heard.getChangeCounter() != ownCounter) {
        services.chains().forget(inode);
        reader.invalidateAll();
        writer.changedByOthers();
        othersCounter = heard.getChangeCounter();
      }
      latest = heard;
      if (heard.getTruncateEpoch() != known.getTruncateEpoch()) {
        writer.truncatedByOthers();
      }
    }
  }

  @Override
  public long granted(Attributes attributes) {
    services.attributes().learn(attributes);
    synchronized (learning) {
      return othersCounter;
    }
  }

  @Override
  public void committed(Attributes attributes) {
    synchronized (learning) {
      if (attributes.getChangeCounter() == latest.getChangeCounter() + 1) {
        ownCounter = attributes.getChangeCounter();
      }
    }
    services.attributes().learn(attributes);
  }

  @Override
  public long committedBytes() {
    return latest.getSize();
  }

  int inodeFlags() {
    return latest.getInodeFlags();
  }

  @Override
  public long truncateEpoch() {
    return latest.getTruncateEpoch();
  }

  @Override
  public CompletableFuture<Attributes> refresh() {
    Operation question =
        Operation.newBuilder().setGetAttributes(GetAttributes.newBuilder().setInode(inode)).build();
    // Elsewhere: learning takes locks that the thread here may not wait for. And not where flushes
    // are run, which wait for this.
    return services
        .master()
        .submit(question)
        .thenApplyAsync(
            reply -> {
              services.attributes().learn(reply.getAttributes());
              return reply.getAttributes();
            },
            services.learning());
  }

  /** The attributes with what is not committed yet. */
  Attributes withUncommitted(Attributes heard) {
    if (writer.isClean()) {
      return newer(heard);
    }
    long wallNs = writer.lastWriteWallNs();
    long uncommittedEnd = writer.size(0);
    // Read after the writer: what it does not count any more is in these.
    Attributes base = newer(heard);
    Attributes.Builder merged = base.toBuilder();
    merged.setSize(Math.max(base.getSize(), uncommittedEnd));
    merged.setAllocatedBlocks(allocatedBlocks(base, merged.getSize()));
    if (wallNs != 0) {
      long seconds = Math.floorDiv(wallNs, NS_PER_SECOND);
      int nanoseconds = (int) Math.floorMod(wallNs, NS_PER_SECOND);
      merged.setMtimeS(seconds).setMtimeNs(nanoseconds);
      // A change of something else may have come after the write.
      if (isEarlier(base.getCtimeS(), base.getCtimeNs(), seconds, nanoseconds)) {
        merged.setCtimeS(seconds).setCtimeNs(nanoseconds);
      }
    }
    return merged.build();
  }

  /** As if what is not committed lay in blocks that were not allocated, if there are so many. */
  private long allocatedBlocks(Attributes base, long size) {
    long more = BlockRanges.count(writer.uncommittedBytes());
    long most = Math.max(base.getAllocatedBlocks(), BlockRanges.count(size));
    return Math.min(base.getAllocatedBlocks() + more, most);
  }

  private static boolean isEarlier(long seconds, int nanoseconds, long thanSeconds, int thanNs) {
    return seconds != thanSeconds ? seconds < thanSeconds : nanoseconds < thanNs;
  }

  private Attributes newer(Attributes heard) {
    Attributes known = latest;
    return known.getChangeCounter() > heard.getChangeCounter() ? known : heard;
  }

  Attributes attributes() throws IOException {
    return services.metadata().attributes(inode);
  }

  // --- where its chunks are

  @Override
  public CompletableFuture<Optional<ChunkLocation>> locate(long index) {
    ChunkLocation own = writer.freshLocation(index);
    // One that this mount has not written to may hold what another has: only the master knows.
    return own != null && writer.isWrittenFresh(index)
        ? CompletableFuture.completedFuture(Optional.of(own))
        : services.chains().locate(inode, index).thenApply(found -> readable(index, found));
  }

  @Override
  public CompletableFuture<Optional<ChunkLocation>> lookUp(long index) {
    return services.chains().lookUp(inode, index).thenApply(found -> readable(index, found));
  }

  @Override
  public CompletableFuture<Optional<ChunkLocation>> report(
      ChunkLocation location, int nodeId, Status seen) {
    return services
        .chains()
        .report(inode, location, nodeId, seen)
        .thenApply(found -> readable(location.getIndex(), found));
  }

  /** A fresh chunk is a hole until bytes of it were acknowledged: no datanode may know it yet. */
  private Optional<ChunkLocation> readable(long index, Optional<ChunkLocation> found) {
    return found.filter(location -> !location.getFresh() || writer.isWrittenFresh(index));
  }

  /** Where its data is, for one look at it. */
  DataRanges data() throws IOException {
    requireSession("look for data");
    long boundMs = 2 * services.settings().operationTimeoutMs();
    DataChunks chunks = new DataChunks(inode, writer, services.chains(), boundMs);
    SequencePattern pattern = new SequencePattern();
    return new DataRanges(chunks, chunkBytes, (offset, target) -> read(pattern, offset, target));
  }

  // --- reading and writing

  int read(SequencePattern pattern, long offset, ByteBuffer target) throws IOException {
    requireSession("read");
    Attributes attributes = attributes();
    learn(attributes);
    long size = attributes.getSize();
    if (offset < 0) {
      throw new ErrnoException(Errno.EINVAL, "read of inode %d at %d".formatted(inode, offset));
    }
    int length = (int) Math.min(target.remaining(), Math.max(0, size - offset));
    if (length == 0) {
      return 0;
    }
    ByteBuffer part = target.slice(target.position(), length);
    // Before the replicas are asked: what is acknowledged by now, they have.
    try (Overlay overlay = writer.overlay(offset, length)) {
      if (!overlay.coversAll()) {
        reader.read(pattern, offset, part.duplicate(), size);
      }
      overlay.apply(part);
    }
    target.position(target.position() + length);
    return length;
  }

  void write(long offset, ByteBuffer source) throws IOException {
    changeAlone("write");
    try {
      writeAlone(offset, source);
    } finally {
      changes.unlock();
    }
  }

  long append(ByteBuffer source) throws IOException {
    changeAlone("append");
    try {
      appendLease.hold(writer::flush);
      long offset = attributes().getSize();
      writeAlone(offset, source);
      return offset;
    } finally {
      changes.unlock();
    }
  }

  /** Another session waits to append. Never blocks. */
  void appendLeaseRecalled() {
    appendLease.recalled();
  }

  private void handBackAppendLease() {
    try {
      changeAlone("end of a turn of appends");
      try {
        appendLease.handBackIfWanted(writer::flush);
      } finally {
        changes.unlock();
      }
    } catch (IOException | RuntimeException e) {
      // What could not be flushed, the next flush tells its caller.
      appendLease.notHandedBack();
      LOG.warn("Cannot hand back the append lease of inode {}: {}", inode, e.getMessage());
    }
  }

  private void writeAlone(long offset, ByteBuffer source) throws IOException {
    int length = source.remaining();
    if (offset < 0) {
      throw new ErrnoException(Errno.EINVAL, "write of inode %d at %d".formatted(inode, offset));
    }
    if (length > Long.MAX_VALUE - offset) {
      throw new ErrnoException(Errno.EFBIG, "write of inode %d at %d".formatted(inode, offset));
    }
    if (length > 0) {
      try {
        writer.write(offset, source);
      } finally {
        reader.invalidate(offset, length);
      }
    }
  }

  void extend(long size) throws IOException {
    changeAlone("extension");
    try {
      writer.extend(size);
    } finally {
      changes.unlock();
    }
  }

  void zero(long offset, long length) throws IOException {
    requireSession("zeroing");
    // Asked anew: what another mount has appended is to become zeros, too.
    long size = services.metadata().freshAttributes(inode).getSize();
    long end = offset + Math.min(length, Math.max(0, size - offset));
    Zeros.overwrite(data(), offset, end, this::overwrite);
  }

  void allocate(long offset, long length) throws IOException {
    changeAlone("allocation");
    try {
      writer.reserved(offset, offset + length);
      writer.extend(0);
    } finally {
      changes.unlock();
    }
  }

  void punch(long offset, long length) throws IOException {
    zero(offset, length);
    changeAlone("punching");
    try {
      // The zeros are blocks that were written, until they are told of otherwise.
      writer.flush();
      long size = attributes().getSize();
      long end = offset + length;
      long firstKept = end / BlockRanges.BLOCK_BYTES;
      boolean reachesTheEnd = end >= size;
      writer.punched(
          BlockRanges.of(
              BlockRanges.count(offset),
              reachesTheEnd ? Math.max(firstKept, BlockRanges.count(size)) : firstKept));
      writer.extend(0);
    } finally {
      changes.unlock();
    }
  }

  /** A write that leaves out what lies behind the end of the file. */
  private void overwrite(long offset, ByteBuffer source) throws IOException {
    changeAlone("zeroing");
    try {
      long within = Math.max(0, attributes().getSize() - offset);
      writeAlone(offset, source.slice(0, (int) Math.min(source.remaining(), within)));
    } finally {
      changes.unlock();
    }
  }

  /** Changes size or times, in order with the writes before. */
  Attributes setAttributes(SetAttributes change, Caller caller) throws IOException {
    changeAlone("change of attributes");
    try {
      Optional<Attributes> done = flushWith(change, caller);
      if (done.isPresent()) {
        return done.get();
      }
      Operation.Builder operation = Operation.newBuilder().setSetAttributes(change);
      if (caller != null) {
        operation.setCaller(caller);
      }
      OperationReply reply =
          Replies.await(
              services.writing().waiting(),
              () -> services.master().submit(operation.build()),
              2 * services.settings().operationTimeoutMs(),
              "change of attributes of inode " + inode);
      if (change.hasSize()) {
        writer.wasCut();
        services.chains().forget(inode);
        reader.invalidateAll();
      }
      services.attributes().learn(reply.getAttributes());
      return reply.getAttributes();
    } finally {
      changes.unlock();
    }
  }

  /** Flushes, and has the commit carry the change if it can; the attributes if that set them. */
  private Optional<Attributes> flushWith(SetAttributes change, Caller caller) throws IOException {
    if (change.hasSize() || change.hasInodeFlags()) {
      // What lies behind the new end, too: if the cut is refused it must not be lost.
      writer.flush();
      return Optional.empty();
    }
    Caller by = caller == null ? Caller.getDefaultInstance() : caller;
    return writer.flushWith(new AttributeChange(change, by));
  }

  @Override
  public void flush() throws IOException {
    requireSession("flush");
    writer.flush();
  }

  void flushAtClose() throws IOException {
    requireSession("flush");
    writer.flushAtClose();
  }

  void sync() throws IOException {
    requireSession("sync");
    writer.sync();
  }

  /**
   * Whether the caller is to flush in the background: uncommitted for too long, and no one does.
   */
  boolean claimsWriteBack(long ageNs) {
    return !hasLostSession() && writer.isOverdue(ageNs) && flushing.compareAndSet(false, true);
  }

  void writeBackEnded() {
    flushing.set(false);
  }

  /** Its session is over, and the inode is opened under another one. */
  void giveUpWithSession() {
    writer.abandon("under a session that has expired", false);
  }

  @Override
  public void bytesLost() {
    services.lost().accept(inode);
  }

  /**
   * The last handle was closed.
   *
   * @param lossIsKnown whether its user knows that what is uncommitted is lost
   */
  void retire(boolean lossIsKnown) {
    writer.abandon("whose last handle was closed before the bytes could be sent", lossIsKnown);
    writer.retire(appendLease::drop);
    reader.invalidateAll();
    services.chains().closed(latest);
  }

  private void requireSession(String what) throws ErrnoException {
    if (hasLostSession()) {
      throw new ErrnoException(
          Errno.EIO,
          "%s of inode %d, opened under a session that has expired".formatted(what, inode));
    }
  }

  private void changeAlone(String what) throws ErrnoException {
    requireSession(what);
    long boundMs = services.settings().operationTimeoutMs();
    try {
      if (!changes.tryLock(boundMs, TimeUnit.MILLISECONDS)) {
        throw new ErrnoException(
            Errno.EIO, "%s of inode %d, behind another change".formatted(what, inode));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, what + " of inode " + inode, e);
    }
  }
}
