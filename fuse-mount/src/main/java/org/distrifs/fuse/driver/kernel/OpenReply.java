package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import org.distrifs.fuse.driver.KernelCache;

/** The reply to an open: {@code struct fuse_open_out}: 0 uint64 fh, 8 uint32 flags, 16 bytes. */
final class OpenReply {
  static final int BYTES = 16;

  static final int DIRECT_IO = 1;
  static final int KEEP_CACHE = 1 << 1;

  private OpenReply() {}

  static int write(long reply, long handle, KernelCache.Decision decision) {
    int flags =
        switch (decision) {
          case KEEP_PAGES -> KEEP_CACHE;
          case DROP_PAGES -> 0;
          case BYPASS_PAGES -> DIRECT_IO;
        };
    return write(reply, handle, flags);
  }

  static int write(long reply, long handle, int flags) {
    IO.putLong(reply, handle);
    IO.putInt(reply + 8, flags);
    IO.putInt(reply + 12, 0);
    return BYTES;
  }
}
