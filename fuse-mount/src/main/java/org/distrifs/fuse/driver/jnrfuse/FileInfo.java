package org.distrifs.fuse.driver.jnrfuse;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.operations.OpenFlags;

/**
 * {@code struct fuse_file_info} of libfuse 2.9, 40 bytes. Written out here since jnr-fuse's own
 * description puts the bit fields elsewhere than the compiler does:
 *
 * <pre>
 *  0 int      flags         of open(2), or of the descriptor at a write
 *  8 long     fh_old
 * 16 int      writepage     1: pages that the kernel kept, at their own offset
 * 20 unsigned bit fields    1 direct_io, 2 keep_cache
 * 24 uint64   fh
 * 32 uint64   lock_owner
 * </pre>
 */
final class FileInfo {
  private static final int FLAGS = 0;
  private static final int WRITE_PAGE = 16;
  private static final int BITS = 20;
  private static final int HANDLE = 24;
  private static final int LOCK_OWNER = 32;

  private static final int DIRECT_IO = 1;
  private static final int KEEP_CACHE = 2;

  private FileInfo() {}

  static int flags(long info) {
    return IO.getInt(info + FLAGS);
  }

  /**
   * The flags that a write goes by. Pages that were mapped and written into belong where they were
   * mapped, whatever the descriptor's {@code O_APPEND} says.
   */
  static int writeFlags(long info) {
    int flags = flags(info);
    return isOfPages(info) ? flags & ~OpenFlags.O_APPEND : flags;
  }

  /** Whether a write brings pages that were mapped and written into. */
  static boolean isOfPages(long info) {
    return IO.getInt(info + WRITE_PAGE) != 0;
  }

  /** At a flush: stands for the process that closes. */
  static long lockOwner(long info) {
    return IO.getLong(info + LOCK_OWNER);
  }

  static long handle(long info) {
    return IO.getLong(info + HANDLE);
  }

  static void setHandle(long info, long handle) {
    IO.putLong(info + HANDLE, handle);
  }

  static void setCaching(long info, KernelCache.Decision decision) {
    int bits =
        switch (decision) {
          case KEEP_PAGES -> KEEP_CACHE;
          case DROP_PAGES -> 0;
          case BYPASS_PAGES -> DIRECT_IO;
        };
    IO.putInt(info + BITS, IO.getInt(info + BITS) & ~(DIRECT_IO | KEEP_CACHE) | bits);
  }
}
