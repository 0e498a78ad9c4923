package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

/**
 * The negotiation of the protocol: {@code struct fuse_init_in} and {@code fuse_init_out}.
 *
 * <pre>
 * in:   0 uint32 major     4 uint32 minor    8 uint32 max_readahead   12 uint32 flags   16 uint32 flags2
 * out:  0 uint32 major     4 uint32 minor    8 uint32 max_readahead   12 uint32 flags
 *      16 uint16 max_background   18 uint16 congestion_threshold   20 uint32 max_write
 *      24 uint32 time_gran        28 uint16 max_pages              32 uint32 flags2       64 bytes
 * </pre>
 */
final class InitMessage {
  static final int MAJOR = 7;

  /** Of the protocol as it is spoken here; the first one with {@code flags2}. */
  static final int MINOR = 36;

  static final int REPLY_BYTES = 64;

  static final int ASYNC_READ = 1;
  static final int POSIX_LOCKS = 1 << 1;
  static final int ATOMIC_O_TRUNC = 1 << 3;

  /** LOOKUP of "." and ".." finds what is behind the number of a node that the kernel forgot. */
  static final int EXPORT_SUPPORT = 1 << 4;

  static final int BIG_WRITES = 1 << 5;

  /** The umask comes with what is made, since it does not count where there is a default ACL. */
  static final int DONT_MASK = 1 << 6;

  static final int DO_READDIRPLUS = 1 << 13;
  static final int READDIRPLUS_AUTO = 1 << 14;
  static final int FLOCK_LOCKS = 1 << 10;
  static final int ASYNC_DIO = 1 << 15;
  static final int PARALLEL_DIROPS = 1 << 18;

  /** The kernel goes by the ACLs that it finds as extended attributes. */
  static final int POSIX_ACL = 1 << 20;

  static final int MAX_PAGES = 1 << 22;
  static final int CACHE_SYMLINKS = 1 << 23;

  /** What gives privileges is taken away here: the kernel says when it is to be. */
  static final int HANDLE_KILLPRIV_V2 = 1 << 28;

  static final int SETXATTR_EXT = 1 << 29;
  static final int INIT_EXT = 1 << 30;

  /** Of {@code flags2}: what bypasses the pages may be mapped shared nevertheless. */
  static final int DIRECT_IO_ALLOW_MMAP = 1 << 4;

  private InitMessage() {}

  static int major(long body) {
    return IO.getInt(body);
  }

  static int minor(long body) {
    return IO.getInt(body + 4);
  }

  static int maxReadAhead(long body) {
    return IO.getInt(body + 8);
  }

  static int flags(long body) {
    return IO.getInt(body + 12);
  }

  /** Of a kernel that has INIT_EXT. */
  static int moreFlags(long body) {
    return IO.getInt(body + 16);
  }

  static void writeReply(
      long reply,
      int minor,
      int maxReadAhead,
      int flags,
      int moreFlags,
      int maxBackground,
      int maxWriteBytes,
      int maxPages) {
    IO.setMemory(reply, REPLY_BYTES, (byte) 0);
    IO.putInt(reply, MAJOR);
    IO.putInt(reply + 4, minor);
    IO.putInt(reply + 8, maxReadAhead);
    IO.putInt(reply + 12, flags);
    IO.putShort(reply + 16, (short) maxBackground);
    IO.putShort(reply + 18, (short) (maxBackground * 3 / 4));
    IO.putInt(reply + 20, maxWriteBytes);
    IO.putInt(reply + 24, 1);
    IO.putShort(reply + 28, (short) maxPages);
    IO.putInt(reply + 32, moreFlags);
  }
}
