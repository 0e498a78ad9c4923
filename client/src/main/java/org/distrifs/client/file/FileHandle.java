package org.distrifs.client.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.client.OpenFile;
import org.distrifs.client.PendingLock;
import org.distrifs.client.lock.FileLocks;
import org.distrifs.client.read.SequencePattern;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** One handle: the pattern of its reads, and which background failures it has reported. */
final class FileHandle implements OpenFile {
  private final SharedFile file;
  private final FileTable table;
  private final SequencePattern pattern = new SequencePattern();
  private final AtomicLong failuresReported;
  private final AtomicBoolean closed = new AtomicBoolean();

  FileHandle(SharedFile file, FileTable table) {
    this.file = file;
    this.table = table;
    this.failuresReported = new AtomicLong(file.writer().failureCount());
  }

  @Override
  public long inode() {
    return file.inode();
  }

  @Override
  public Attributes attributes() throws IOException {
    requireOpen();
    return file.attributes();
  }

  @Override
  public int read(long offset, ByteBuffer target) throws IOException {
    requireOpen();
    return file.read(pattern, offset, target);
  }

  @Override
  public void write(long offset, ByteBuffer source) throws IOException {
    requireOpen();
    reportFailure();
    file.write(offset, source);
  }

  @Override
  public long append(ByteBuffer source) throws IOException {
    requireOpen();
    reportFailure();
    return file.append(source);
  }

  @Override
  public void truncate(long size) throws IOException {
    requireOpen();
    if (size < 0) {
      throw new ErrnoException(
          Errno.EINVAL, "truncation of inode %d to %d".formatted(inode(), size));
    }
    file.setAttributes(SetAttributes.newBuilder().setInode(inode()).setSize(size).build(), null);
  }

  @Override
  public void extend(long size) throws IOException {
    requireOpen();
    reportFailure();
    file.extend(size);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    requireOpen();
    reportFailure();
    file.zero(offset, length);
  }

  @Override
  public void allocate(long offset, long length) throws IOException {
    requireOpen();
    reportFailure();
    file.allocate(offset, length);
  }

  @Override
  public void punch(long offset, long length) throws IOException {
    requireOpen();
    reportFailure();
    file.punch(offset, length);
  }

  @Override
  public long nextData(long offset, long end) throws IOException {
    requireOpen();
    return file.data().nextData(offset, end);
  }

  @Override
  public long nextHole(long offset, long end) throws IOException {
    requireOpen();
    return file.data().nextHole(offset, end);
  }

  @Override
  public void flush() throws IOException {
    requireOpen();
    file.flushAtClose();
    reportFailure();
  }

  @Override
  public void sync() throws IOException {
    requireOpen();
    try {
      file.sync();
    } catch (IOException e) {
      failuresReported.set(file.writer().failureCount());
      throw e;
    }
    reportFailure();
  }

  @Override
  public Optional<Lock> testLock(Lock wanted) throws IOException {
    requireOpen();
    return file.locks().test(wanted);
  }

  @Override
  public PendingLock lock(Lock lock, boolean waits) throws IOException {
    requireOpen();
    return file.locks().set(this, lock, waits);
  }

  @Override
  public void releaseRecordLocks(long owner) throws IOException {
    requireOpen();
    file.locks().releaseRecords(owner);
  }

  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try (FileLocks.Ending locked = file.locks().ending(this)) {
      file.flushAtClose();
      reportFailure();
    } finally {
      table.release(file);
    }
  }

  /** Throws the newest background failure unless this handle has reported it. */
  private void reportFailure() throws ErrnoException {
    long count = file.writer().failureCount();
    if (failuresReported.getAndSet(count) != count) {
      ErrnoException failure = file.writer().lastFailure();
      throw new ErrnoException(failure.errno(), failure.getMessage(), failure);
    }
  }

  private void requireOpen() throws ErrnoException {
    if (closed.get()) {
      throw new ErrnoException(Errno.EBADF, "use of a closed handle of inode " + inode());
    }
  }
}
