package org.distrifs.fuse.operations;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.distrifs.client.OpenFile;
import org.distrifs.client.PendingLock;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** An open file that can only be read, and whose bytes are those of the moment of its opening. */
final class SnapshotFile implements OpenFile {
  private final Attributes attributes;
  private final byte[] bytes;
  private final Runnable whenClosed;
  private final AtomicBoolean closed = new AtomicBoolean();

  SnapshotFile(Attributes attributes, String text, Runnable whenClosed) {
    this.attributes = attributes;
    this.bytes = text.getBytes(UTF_8);
    this.whenClosed = whenClosed;
  }

  @Override
  public long inode() {
    return attributes.getInode();
  }

  @Override
  public int inodeFlags() {
    return attributes.getInodeFlags();
  }

  @Override
  public Attributes attributes() {
    return attributes;
  }

  @Override
  public int read(long offset, ByteBuffer target) {
    int from = (int) Math.min(offset, bytes.length);
    int count = Math.min(bytes.length - from, target.remaining());
    target.put(bytes, from, count);
    return count;
  }

  @Override
  public void write(long offset, ByteBuffer source) throws ErrnoException {
    throw readOnly();
  }

  @Override
  public long append(ByteBuffer source) throws ErrnoException {
    throw readOnly();
  }

  @Override
  public void truncate(long size) throws ErrnoException {
    throw readOnly();
  }

  @Override
  public void extend(long size) throws ErrnoException {
    throw readOnly();
  }

  @Override
  public void zero(long offset, long length) throws ErrnoException {
    throw readOnly();
  }

  @Override
  public void allocate(long offset, long length) throws ErrnoException {
    throw readOnly();
  }

  @Override
  public void punch(long offset, long length) throws ErrnoException {
    throw readOnly();
  }

  /** It is all data. */
  @Override
  public long nextData(long offset, long end) {
    return offset;
  }

  /** As {@link #nextData}. */
  @Override
  public long nextHole(long offset, long end) {
    return end;
  }

  @Override
  public CompletableFuture<Optional<Lock>> testLock(Lock wanted) {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public PendingLock lock(Lock lock, boolean waits) throws ErrnoException {
    throw new ErrnoException(Errno.ENOLCK, "lock of a file that is of this mount alone");
  }

  /** There are none. */
  @Override
  public void releaseRecordLocks(long owner) {}

  private static ErrnoException readOnly() {
    return new ErrnoException(Errno.EBADF, "write to a file that is open for reading");
  }

  /** There is nothing to send. */
  @Override
  public void flush() {}

  /** As {@link #flush}. */
  @Override
  public void sync() {}

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      whenClosed.run();
    }
  }
}
