package org.distrifs.fuse.operations;

/**
 * The {@code open(2)} flags that reach the core, with the values that they have on x86-64 and arm64
 * alike ({@code include/uapi/asm-generic/fcntl.h}).
 */
public final class OpenFlags {
  /** The bits that hold {@code O_RDONLY}, {@code O_WRONLY} or {@code O_RDWR}. */
  public static final int O_ACCMODE = 3;

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_EXCL = 0x80;
  public static final int O_TRUNC = 0x200;
  public static final int O_APPEND = 0x400;

  /** {@code O_SYNC} contains this bit, so testing it covers both. */
  public static final int O_DSYNC = 0x1000;

  /** Reads leave the access time as it is. */
  public static final int O_NOATIME = 0x40000;

  private OpenFlags() {}

  static boolean mayWrite(int flags) {
    return (flags & O_ACCMODE) != O_RDONLY;
  }

  static boolean has(int flags, int flag) {
    return (flags & flag) != 0;
  }
}
