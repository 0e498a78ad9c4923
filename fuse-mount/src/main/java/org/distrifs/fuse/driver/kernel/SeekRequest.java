package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

/**
 * The body of an LSEEK: {@code struct fuse_lseek_in}: 0 uint64 fh, 8 uint64 offset, 16 uint32
 * whence. The reply is {@code struct fuse_lseek_out}: 0 uint64 offset, 8 bytes.
 */
final class SeekRequest {
  static final int REPLY_BYTES = 8;

  private SeekRequest() {}

  static long handle(long body) {
    return IO.getLong(body);
  }

  static long offset(long body) {
    return IO.getLong(body + 8);
  }

  static int whence(long body) {
    return IO.getInt(body + 16);
  }

  static int writeReply(long reply, long offset) {
    IO.putLong(reply, offset);
    return REPLY_BYTES;
  }
}
