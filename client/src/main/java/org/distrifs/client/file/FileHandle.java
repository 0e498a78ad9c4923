package org.distrifs.client.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.distrifs.client.OpenFile;
import org.distrifs.client.PendingLock;
import org.distrifs.client.lock.FileLocks;
import org.distrifs.client.lock.LockingHandle;
import org.distrifs.client.read.SequencePattern;
import org.distrifs.client.write.HandleFailures;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** One handle: the pattern of its reads, and which failures of the file it has told. */
final class FileHandle implements OpenFile, LockingHandle {
  /** Stands for the handle's owner, where only one program uses it. */
  private static final long SOLE_CLOSER = 0;

  private final SharedFile file;
  private final FileTable table;
  private final SequencePattern pattern = new SequencePattern();
  private final HandleFailures failures;
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();

  FileHandle(SharedFile file, FileTable table) {
    this.file = file;
    this.table = table;
    this.failures = new HandleFailures(file.writer().failures());
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
  public int inodeFlags() {
    return file.inodeFlags();
  }

  @Override
  public int read(long offset, ByteBuffer target) throws IOException {
    requireOpen();
    reads.incrementAndGet();
    try {
      return file.read(pattern, offset, target);
    } finally {
      reads.decrementAndGet();
    }
  }

  @Override
  public boolean isReading() {
    return reads.get() != 0;
  }

  @Override
  public void write(long offset, ByteBuffer source) throws IOException {
    requireOpen();
    failures.atWrite();
    file.write(offset, source);
  }

  @Override
  public void writePages(long offset, ByteBuffer source) throws IOException {
    requireOpen();
    failures.accepting();
    file.write(offset, source);
  }

  @Override
  public long append(ByteBuffer source) throws IOException {
    requireOpen();
    failures.atWrite();
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
    failures.atWrite();
    file.extend(size);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    requireOpen();
    failures.atWrite();
    file.zero(offset, length);
  }

  @Override
  public void allocate(long offset, long length) throws IOException {
    requireOpen();
    failures.atWrite();
    file.allocate(offset, length);
  }

  @Override
  public void punch(long offset, long length) throws IOException {
    requireOpen();
    failures.atWrite();
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
  public void writeBack() throws IOException {
    requireOpen();
    file.flush();
  }

  @Override
  public void flush() throws IOException {
    flush(SOLE_CLOSER);
  }

  @Override
  public void flush(long closer) throws IOException {
    requireOpen();
    failures.atClose(closer, file::flushAtClose);
  }

  @Override
  public void sync() throws IOException {
    requireOpen();
    failures.atSync(file::sync);
  }

  @Override
  public void syncWrite() throws IOException {
    requireOpen();
    failures.atSyncOfWrite(file::sync);
  }

  @Override
  public CompletableFuture<Optional<Lock>> testLock(Lock wanted) throws IOException {
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
    file.locks().descriptorClosed(this);
    file.locks().releaseRecords(owner);
  }

  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try (FileLocks.Ending locked = file.locks().ending(this)) {
      file.flushAtClose();
      failures.atRelease();
    } finally {
      table.release(file, failures.isLossKnown());
    }
  }

  private void requireOpen() throws ErrnoException {
    if (closed.get()) {
      throw new ErrnoException(Errno.EBADF, "use of a closed handle of inode " + inode());
    }
  }
}
