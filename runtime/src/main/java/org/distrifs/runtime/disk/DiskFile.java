package org.distrifs.runtime.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * An open file with positional access.
 *
 * <p>All methods may be called on any thread, several at once; they block until done. Operations on
 * overlapping ranges are not ordered; callers that need an order use a lock of their own. Buffers
 * belong to the caller before and after a call; direct ones save a copy.
 */
public interface DiskFile extends AutoCloseable {

  /**
   * Writes everything between the source's position and limit, and moves its position to its limit.
   * The file grows as needed; a gap before {@code position} reads as zeros. After an error a prefix
   * of the bytes may have been written.
   *
   * @param position offset in the file in bytes, 0 or more
   * @throws IOException if not all was written, for example because the disk is full
   */
  void write(ByteBuffer source, long position) throws IOException;

  /**
   * Reads until the target is full or the file ends, and moves the target's position by what was
   * read.
   *
   * @param position offset in the file in bytes, 0 or more
   * @return bytes read; fewer than {@code target.remaining()} only at the end of the file, 0 at or
   *     beyond it
   */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * Makes the file's bytes and its length durable (fdatasync). Can also be called early, on another
   * thread while writers go on, so that the last sync takes less time.
   *
   * @throws IOException if it is not known whether the bytes are durable. The caller must not use
   *     the file any longer: a second sync may succeed although bytes were lost
   */
  void sync() throws IOException;

  /** Length of the file in bytes. */
  long sizeBytes() throws IOException;

  /**
   * Sets the length of the file. Bytes behind it are cut off; a new part reads as zeros. The caller
   * makes sure that nobody writes meanwhile.
   *
   * @param sizeBytes 0 or more
   */
  void truncate(long sizeBytes) throws IOException;

  /**
   * Fills a range with zeros, and frees its space if the file system supports that. After an error
   * a part of it may have been zeroed.
   *
   * @param position offset in the file in bytes, 0 or more
   * @param length bytes; the range lies within the file
   */
  void punch(long position, long length) throws IOException;

  /**
   * The file as a source for {@link FileChannel#transferTo} and Netty's file regions ({@code
   * sendfile}), so that bytes reach a socket without a copy in user space.
   *
   * <p>The channel belongs to this file: use it only for positional reads and transfers, never
   * close it, and keep this file open until the last transfer is done. Writes during a transfer may
   * be visible in the bytes that are sent.
   *
   * @throws UnsupportedOperationException if this disk has no channels (a simulated one); read
   *     instead, see {@link #isTransferable}
   */
  FileChannel transferable();

  /** Whether {@link #transferable} returns a channel. */
  boolean isTransferable();

  /** Closes without syncing. A second call does nothing. */
  @Override
  void close() throws IOException;
}
