package org.distrifs.fuse.memory;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.Metadata;
import org.distrifs.client.OpenFile;
import org.distrifs.client.PendingLock;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** The client's façade over {@link MemoryTree}. Two drivers may share one: two mounts. */
public final class InMemoryClient implements DistriFsClient {
  private final MemoryTree tree = new MemoryTree();
  private final AtomicInteger syncs = new AtomicInteger();
  private final AtomicInteger flushes = new AtomicInteger();
  private final AtomicReference<Errno> nextFlushFailure = new AtomicReference<>();
  private volatile CountDownLatch flushesHeld = new CountDownLatch(0);
  private volatile long writeLimit = Long.MAX_VALUE;
  private final AtomicInteger waitingFlushes = new AtomicInteger();
  private final AtomicReference<Errno> nextCloseFailure = new AtomicReference<>();

  /** How often a file was synced. */
  public int syncs() {
    return syncs.get();
  }

  /** How often a file was flushed. */
  public int flushes() {
    return flushes.get();
  }

  /** Handles that are not closed. */
  public int openFiles() {
    return tree.openHandles();
  }

  /** Makes the next flush or sync of any file fail. */
  public void failNextFlush(Errno errno) {
    nextFlushFailure.set(errno);
  }

  /** Makes writes fail with {@code ENOSPC} that would end behind this offset. */
  public void setWriteLimit(long limit) {
    writeLimit = limit;
  }

  /**
   * Whether flushes wait, as for a cluster that is away, until this is changed or their thread is
   * interrupted.
   */
  public void setFlushesWait(boolean wait) {
    flushesHeld.countDown();
    flushesHeld = new CountDownLatch(wait ? 1 : 0);
  }

  /** Flushes that wait now. */
  public int waitingFlushes() {
    return waitingFlushes.get();
  }

  private void waitIfTold() throws IOException {
    CountDownLatch held = flushesHeld;
    if (held.getCount() == 0) {
      return;
    }
    waitingFlushes.incrementAndGet();
    try {
      held.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, "flush", e);
    } finally {
      waitingFlushes.decrementAndGet();
    }
  }

  /** Makes the next close of any handle fail. */
  public void failNextClose(Errno errno) {
    nextCloseFailure.set(errno);
  }

  private static void failOnce(AtomicReference<Errno> next, String attempted) throws IOException {
    Errno failure = next.getAndSet(null);
    if (failure != null) {
      throw new ErrnoException(failure, attempted);
    }
  }

  @Override
  public Metadata metadata() {
    return tree;
  }

  @Override
  public OpenFile open(long inode, List<NameCheck> names) throws IOException {
    tree.check(names);
    return new MemoryFile(tree.open(inode));
  }

  @Override
  public OpenFile createAndOpen(
      long parent,
      ByteString name,
      int mode,
      int umask,
      boolean exclusive,
      Caller caller,
      List<NameCheck> names)
      throws IOException {
    tree.check(names);
    return new MemoryFile(tree.create(parent, name, mode & ~umask, exclusive, caller));
  }

  @Override
  public OpenFile createUnnamedAndOpen(
      long parent, int mode, int umask, boolean exclusive, Caller caller) throws IOException {
    return new MemoryFile(tree.createUnnamed(parent, mode & ~umask, exclusive, caller));
  }

  @Override
  public void flushAll() {}

  @Override
  public void close() {}

  private final class MemoryFile implements OpenFile {
    private final Node node;

    MemoryFile(Node node) {
      this.node = node;
    }

    @Override
    public long inode() {
      return node.inode();
    }

    @Override
    public int inodeFlags() {
      return 0;
    }

    @Override
    public Attributes attributes() {
      return tree.snapshot(node);
    }

    @Override
    public int read(long offset, ByteBuffer target) {
      long available = Math.max(0, attributes().getSize() - offset);
      int count = (int) Math.min(available, target.remaining());
      ByteBuffer part = target.slice(target.position(), count);
      node.data.read(offset, part);
      target.position(target.position() + count);
      return count;
    }

    @Override
    public void write(long offset, ByteBuffer source) throws ErrnoException {
      long end = offset + source.remaining();
      if (end > writeLimit) {
        throw new ErrnoException(Errno.ENOSPC, "write up to " + end);
      }
      node.data.write(offset, source);
      tree.written(node, end);
    }

    @Override
    public long append(ByteBuffer source) throws ErrnoException {
      synchronized (node) {
        long offset = attributes().getSize();
        write(offset, source);
        return offset;
      }
    }

    @Override
    public void truncate(long size) {
      tree.truncate(node, size);
    }

    @Override
    public void extend(long size) {
      tree.written(node, size);
    }

    @Override
    public void zero(long offset, long length) {
      node.data.zero(offset, Math.min(length, Math.max(0, attributes().getSize() - offset)));
    }

    /** Blocks are allocated as they are written. */
    @Override
    public void allocate(long offset, long length) {
      extend(0);
    }

    @Override
    public void punch(long offset, long length) {
      zero(offset, length);
      extend(0);
    }

    @Override
    public long nextData(long offset, long end) {
      return node.data.nextData(offset, end);
    }

    @Override
    public long nextHole(long offset, long end) {
      return node.data.nextHole(offset, end);
    }

    @Override
    public void flush() throws IOException {
      flushes.incrementAndGet();
      waitIfTold();
      failOnce(nextFlushFailure, "flush");
    }

    @Override
    public void sync() throws IOException {
      syncs.incrementAndGet();
      failOnce(nextFlushFailure, "sync");
    }

    @Override
    public CompletableFuture<Optional<Lock>> testLock(Lock wanted) {
      return CompletableFuture.completedFuture(node.locks.test(wanted));
    }

    @Override
    public PendingLock lock(Lock lock, boolean waits) {
      return node.locks.set(lock, this, waits, () -> attributes().getChangeCounter());
    }

    @Override
    public void releaseRecordLocks(long owner) {
      node.locks.release(
          lock -> lock.getKind() == Lock.Kind.RECORD && lock.getOwner() == owner, null);
    }

    @Override
    public void close() throws IOException {
      node.locks.release(lock -> false, this);
      tree.closed(node);
      failOnce(nextCloseFailure, "close");
    }
  }
}
