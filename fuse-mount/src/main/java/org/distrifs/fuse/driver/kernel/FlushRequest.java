package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

/** The body of a FLUSH, {@code struct fuse_flush_in}: 0 uint64 fh, 16 uint64 lock_owner. */
final class FlushRequest {
  private FlushRequest() {}

  static long handle(long body) {
    return IO.getLong(body);
  }

  /** Who closes a descriptor, and loses its record locks on the file. */
  static long lockOwner(long body) {
    return IO.getLong(body + 16);
  }
}
