package org.distrifs.runtime.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * An open file with positional access.
 *
 * <p>All methods may be called on any thread, several at once; they block until done. Operations on
 * overlapping ranges are not ordered among each other: that is the caller's lock. Buffers belong to
 * the caller before and after a call; direct ones save a copy.
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
   * Makes the file's bytes and its length durable (fdatasync). Also the way to start write-back
   * early: called on a thread of its own while writers go on, it keeps the last sync short.
   *
   * @throws IOException if durability cannot be known. The caller must give the file up: a second
   *     sync may succeed although bytes were lost
   */
  void sync() throws IOException;

  /** Length of the file in bytes. */
  long sizeBytes() throws IOException;

  /**
   * Sets the length of the file: what is beyond is cut off, a new part reads as zeros. The caller
   * keeps writes away meanwhile.
   *
   * @param sizeBytes 0 or more
   */
  void truncate(long sizeBytes) throws IOException;

  /**
   * Makes the bytes of a range zeros, and gives their space back where the file system can. After
   * an error some of them may have become zeros.
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
   * close it, and keep this file open until the last transfer is done. Bytes sent this way reflect
   * writes that happen meanwhile.
   *
   * @throws UnsupportedOperationException if this disk has no channels (a simulated one); read
   *     instead, see {@link #isTransferable}
   */
  FileChannel transferable();

  /** Whether {@link #transferable} has a channel to give. */
  boolean isTransferable();

  /** Closes without syncing. A second call does nothing. */
  @Override
  void close() throws IOException;
}
