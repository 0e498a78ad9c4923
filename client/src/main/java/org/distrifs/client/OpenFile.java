package org.distrifs.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Lock;

/**
 * An open regular file. Thread-safe; concurrent writes to overlapping ranges happen in some order,
 * each whole.
 */
public interface OpenFile extends AutoCloseable {
  long inode();

  /** Size, times and counters including what this process has not committed yet. */
  Attributes attributes() throws IOException;

  /** The inode flags as last heard ({@code InodeFlags}). Asks nobody. */
  int inodeFlags();

  /**
   * Reads up to {@code target.remaining()} bytes; fewer only at the end of the file. Holes are
   * zeros.
   *
   * @param target direct buffers are filled without an intermediate copy; its position advances
   * @return bytes read; 0 at or past the end
   * @throws IOException {@code EIO} when no replica can serve bytes that match their checksums
   */
  int read(long offset, ByteBuffer target) throws IOException;

  /**
   * Takes {@code source}'s remaining bytes into the write buffer, waiting while the buffer is full.
   * The bytes are copied before the call returns; {@link #flush} tells whether they arrived.
   *
   * @throws IOException {@code EFBIG}; an earlier failure by which accepted bytes were lost, once:
   *     then {@code source} was not taken, and {@link #sync} and {@link #flush} tell of it all the
   *     same
   */
  void write(long offset, ByteBuffer source) throws IOException;

  /**
   * {@link #write} of pages that were mapped and written into. It is not refused for an earlier
   * failure: the kernel writes a page back once, and who wrote into it hears of no refusal.
   */
  default void writePages(long offset, ByteBuffer source) throws IOException {
    write(offset, source);
  }

  /**
   * Appends at the end of the file, wherever other processes have moved it by their appends;
   * returns the offset written at. The first append waits until no other process is at it.
   */
  long append(ByteBuffer source) throws IOException;

  /** Cuts or extends; unsent bytes past a smaller size are dropped or cut first. */
  void truncate(long size) throws IOException;

  /**
   * Makes the file at least {@code size} bytes long, as a write of no bytes that ends there would:
   * what is new is a hole, and the times move in any case.
   */
  void extend(long size) throws IOException;

  /**
   * Makes the bytes of a range zeros, which costs what exists of them and neither makes the file
   * longer nor holes in it. The times move if anything existed. Not whole: a write to the range
   * that comes meanwhile may be zeroed in parts.
   *
   * @param offset 0 or more
   * @param length bytes, 0 or more; what lies behind the end of the file is left out
   */
  void zero(long offset, long length) throws IOException;

  /**
   * Counts a range as allocated, in blocks of 4 KiB; for others, and in {@link #attributes}, from
   * the next {@link #flush} on. What of it was not written stays a hole to {@link #nextData}. No
   * space is taken, the size stays, and the times move.
   *
   * @param offset 0 or more
   * @param length bytes, 1 or more, up to the largest offset at most
   */
  void allocate(long offset, long length) throws IOException;

  /**
   * {@link #zero}, and flushes. What of the range is whole blocks, or reaches beyond the end of the
   * file, counts as allocated no longer; for others, and in {@link #attributes}, from the next
   * {@link #flush} on. The times move.
   *
   * @param offset 0 or more
   * @param length bytes, 1 or more, up to the largest offset at most
   */
  void punch(long offset, long length) throws IOException;

  /**
   * The first offset in [offset, end) at which data may lie; {@code end} if all of it reads as
   * zeros. Exact to a block of 4 KiB. The size of the file does not matter.
   */
  long nextData(long offset, long end) throws IOException;

  /** The first offset in [offset, end) in a block without data; {@code end} if there is none. */
  long nextHole(long offset, long end) throws IOException;

  /**
   * Sends all unsent bytes, waits until every chain member has applied them, and commits size,
   * times and fresh chunks to the master. Tells of no failure but its own.
   */
  default void writeBack() throws IOException {
    flush();
  }

  /**
   * {@link #writeBack}, and tells whether bytes that this file accepted were lost: what {@code
   * close(2)} waits for. Each failure is told once, unless {@link #sync} has told it.
   *
   * @throws IOException what was lost, or why it is not known; in the latter case nothing was given
   *     up, and the next flush tries again ({@code docs/write-errors.md})
   */
  void flush() throws IOException;

  /**
   * {@link #flush} for one of several processes that share the handle: each is told once.
   *
   * @param closer a number that the process has for itself while it lives
   */
  default void flush(long closer) throws IOException {
    flush();
  }

  /**
   * {@link #flush}, with the data on the disks of every chain member before the commit. Each
   * failure is told once, whatever flushes and writes have told of it.
   */
  void sync() throws IOException;

  /**
   * {@link #sync} as a part of a synchronous write. It does not count as having told a failure,
   * since the kernel hides the error of a write that it has sent in parts.
   */
  default void syncWrite() throws IOException {
    sync();
  }

  /**
   * The first lock of others that keeps one from being set, if any does. Handles that are ending
   * are waited for. Fails with an {@link IOException}; completes on a thread that must not be
   * blocked.
   */
  CompletableFuture<Optional<Lock>> testLock(Lock wanted) throws IOException;

  /**
   * Sets, changes or removes a lock ({@code docs/locks.md}). What makes one weaker flushes first.
   *
   * @param waits whether it waits for others' locks to go; who unlocks never does
   * @throws IOException what the flush failed with: nothing is changed then
   */
  PendingLock lock(Lock lock, boolean waits) throws IOException;

  /**
   * Flushes and removes all record locks that an owner has on the file, through this handle or
   * another; the locks are removed even when flushing fails. A caller that is interrupted is let go
   * after two seconds, whatever is left to be done. Costs nothing if the owner has none. To be
   * called at each close of a descriptor, even of an owner without locks: it also tells that the
   * handle may be about to end.
   */
  void releaseRecordLocks(long owner) throws IOException;

  /**
   * Flushes, releases the handle and the locks that were set through it alone; both are released
   * even when flushing fails.
   */
  @Override
  void close() throws IOException;
}
