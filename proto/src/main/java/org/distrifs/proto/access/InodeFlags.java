package org.distrifs.proto.access;

/**
 * The flags of an inode that {@code chattr(1)} sets, with the values of {@code FS_IOC_GETFLAGS}
 * (man 2 ioctl_iflags). They apply to every caller, root included.
 */
public final class InodeFlags {
  /** The inode cannot change, and cannot get or lose a name. */
  public static final int IMMUTABLE = 0x10;

  /** A file may only grow by appending; a directory may only gain names. */
  public static final int APPEND_ONLY = 0x20;

  /** {@code dump(8)} leaves the file out. DistriFS keeps the flag and does nothing with it. */
  public static final int NO_DUMP = 0x40;

  /** Reads do not set its access time. */
  public static final int NO_ACCESS_TIME = 0x80;

  /** All flags that can be set. */
  public static final int ALL = IMMUTABLE | APPEND_ONLY | NO_DUMP | NO_ACCESS_TIME;

  private InodeFlags() {}

  public static boolean isImmutable(int flags) {
    return (flags & IMMUTABLE) != 0;
  }

  public static boolean isAppendOnly(int flags) {
    return (flags & APPEND_ONLY) != 0;
  }

  /**
   * Whether an inode with these flags is immutable or append-only. It can then neither be removed,
   * nor can its mode, owner or times be set.
   */
  public static boolean isProtected(int flags) {
    return (flags & (IMMUTABLE | APPEND_ONLY)) != 0;
  }

  /**
   * The flags that an inode gets from the directory in which it is made (ext4's EXT4_FL_INHERITED).
   */
  public static int inherited(int directoryFlags) {
    return directoryFlags & (NO_DUMP | NO_ACCESS_TIME);
  }
}
