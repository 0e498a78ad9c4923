package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

/**
 * The body of a FALLOCATE: {@code struct fuse_fallocate_in}: 0 uint64 fh, 8 uint64 offset, 16
 * uint64 length, 24 uint32 mode.
 */
final class FallocateRequest {
  private FallocateRequest() {}

  static long handle(long body) {
    return IO.getLong(body);
  }

  static long offset(long body) {
    return IO.getLong(body + 8);
  }

  static long length(long body) {
    return IO.getLong(body + 16);
  }

  static int mode(long body) {
    return IO.getInt(body + 24);
  }
}
