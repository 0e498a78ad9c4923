package org.distrifs.fuse.driver;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.io.IOException;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.proto.access.InodeFlags;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * The calls of {@code ioctl(2)} that read and set inode flags ({@code linux/fs.h}); the kernel has
 * checked who may. Two of them speak {@code FS_..._FL}, an int; the other two {@code struct
 * fsxattr}, with other bits for the same flags:
 *
 * <pre>
 *  0 uint32 fsx_xflags   4 uint32 fsx_extsize   8 uint32 fsx_nextents   12 uint32 fsx_projid
 * 16 uint32 fsx_cowextsize   20 char[8]                                               28 bytes
 * </pre>
 */
public final class FlagsIoctl {
  static final int GET_FLAGS = 0x80086601;
  static final int SET_FLAGS = 0x40086602;
  static final int GET_FSXATTR = 0x801c581f;
  static final int SET_FSXATTR = 0x401c5820;

  private static final int FSXATTR_BYTES = 28;
  private static final int EXTENT_SIZE = 4;
  private static final int PROJECT = 12;
  private static final int COW_EXTENT_SIZE = 16;

  private static final int XFLAG_IMMUTABLE = 0x8;
  private static final int XFLAG_APPEND_ONLY = 0x10;
  private static final int XFLAG_NO_ACCESS_TIME = 0x40;
  private static final int XFLAG_NO_DUMP = 0x80;
  private static final int XFLAGS =
      XFLAG_IMMUTABLE | XFLAG_APPEND_ONLY | XFLAG_NO_ACCESS_TIME | XFLAG_NO_DUMP;

  private FlagsIoctl() {}

  /**
   * Makes a call on an inode.
   *
   * @param data where the argument lies, and where what is asked for goes
   * @return bytes that were put there
   * @throws IOException {@code ENOTTY} for any other call; {@code EOPNOTSUPP} for a flag that there
   *     is not
   */
  public static int call(
      FuseOperations operations, long inode, int command, long data, Caller caller)
      throws IOException {
    switch (command) {
      case GET_FLAGS -> {
        IO.putInt(data, operations.getattr(inode).getInodeFlags());
        return Integer.BYTES;
      }
      case GET_FSXATTR -> {
        IO.setMemory(data, FSXATTR_BYTES, (byte) 0);
        IO.putInt(data, extended(operations.getattr(inode).getInodeFlags()));
        return FSXATTR_BYTES;
      }
      case SET_FLAGS -> {
        operations.setInodeFlags(inode, IO.getInt(data), caller);
        return 0;
      }
      case SET_FSXATTR -> {
        operations.setInodeFlags(inode, flags(inode, data), caller);
        return 0;
      }
      default ->
          throw new ErrnoException(Errno.ENOTTY, "ioctl %#x of inode %d".formatted(command, inode));
    }
  }

  /** Whether a call changes the inode: the kernel then has old attributes of it. */
  public static boolean isChange(int command) {
    return command == SET_FLAGS || command == SET_FSXATTR;
  }

  private static int flags(long inode, long fsxattr) throws ErrnoException {
    int extended = IO.getInt(fsxattr);
    int others =
        IO.getInt(fsxattr + EXTENT_SIZE)
            | IO.getInt(fsxattr + PROJECT)
            | IO.getInt(fsxattr + COW_EXTENT_SIZE);
    if ((extended & ~XFLAGS) != 0 || others != 0) {
      throw new ErrnoException(
          Errno.EOPNOTSUPP, "set attributes of inode %d by FS_IOC_FSSETXATTR".formatted(inode));
    }
    return bit(extended, XFLAG_IMMUTABLE, InodeFlags.IMMUTABLE)
        | bit(extended, XFLAG_APPEND_ONLY, InodeFlags.APPEND_ONLY)
        | bit(extended, XFLAG_NO_ACCESS_TIME, InodeFlags.NO_ACCESS_TIME)
        | bit(extended, XFLAG_NO_DUMP, InodeFlags.NO_DUMP);
  }

  private static int extended(int flags) {
    return bit(flags, InodeFlags.IMMUTABLE, XFLAG_IMMUTABLE)
        | bit(flags, InodeFlags.APPEND_ONLY, XFLAG_APPEND_ONLY)
        | bit(flags, InodeFlags.NO_ACCESS_TIME, XFLAG_NO_ACCESS_TIME)
        | bit(flags, InodeFlags.NO_DUMP, XFLAG_NO_DUMP);
  }

  private static int bit(int flags, int flag, int counterpart) {
    return (flags & flag) != 0 ? counterpart : 0;
  }
}
