package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import org.distrifs.fuse.operations.OpenFlags;

/**
 * The body of READ, WRITE and READDIR: {@code struct fuse_read_in} and {@code fuse_write_in}.
 *
 * <pre>
 *  0 uint64 fh   8 uint64 offset   16 uint32 size   20 uint32 read_flags or write_flags
 * 24 uint64 lock_owner   32 uint32 flags of the descriptor   40 the bytes of a WRITE
 * </pre>
 *
 * <p>The reply to a WRITE is {@code struct fuse_write_out}: 0 uint32 size, 8 bytes.
 */
final class TransferRequest {
  static final int BODY_BYTES = 40;
  static final int WRITE_REPLY_BYTES = 8;

  /** Pages are written back: where they lie is where they belong, whatever O_APPEND says. */
  private static final int OF_PAGES = 1;

  /** It is left to us to take the set-user-id and set-group-id bits away. */
  private static final int CLEARS_SET_ID_BITS = 1 << 2;

  private TransferRequest() {}

  static long handle(long body) {
    return IO.getLong(body);
  }

  static long offset(long body) {
    return IO.getLong(body + 8);
  }

  static int sizeBytes(long body) {
    return IO.getInt(body + 16);
  }

  static boolean clearsSetIdBits(long body) {
    return (IO.getInt(body + 20) & CLEARS_SET_ID_BITS) != 0;
  }

  /** The flags of {@code open(2)} that a write goes by. */
  static int writeFlags(long body) {
    int flags = IO.getInt(body + 32);
    return isOfPages(body) ? flags & ~OpenFlags.O_APPEND : flags;
  }

  /** Whether pages that were mapped and written into are written back. */
  static boolean isOfPages(long body) {
    return (IO.getInt(body + 20) & OF_PAGES) != 0;
  }

  static int writeReply(long reply, int writtenBytes) {
    IO.putInt(reply, writtenBytes);
    IO.putInt(reply + 4, 0);
    return WRITE_REPLY_BYTES;
  }
}
