package org.distrifs.master.namespace;

/** File type and permission bits as in {@code st_mode} (man 7 inode). */
public final class FileMode {

  public static final int TYPE_MASK = 0170000;
  public static final int SOCKET = 0140000;
  public static final int SYMLINK = 0120000;
  public static final int REGULAR = 0100000;
  public static final int BLOCK_DEVICE = 0060000;
  public static final int DIRECTORY = 0040000;
  public static final int CHARACTER_DEVICE = 0020000;
  public static final int FIFO = 0010000;

  public static final int PERMISSION_MASK = 07777;
  public static final int SET_GID = 02000;

  /** What owner, group and others may do. */
  public static final int RWX_OF_ALL = 0777;

  private FileMode() {}

  public static boolean isDirectory(int mode) {
    return (mode & TYPE_MASK) == DIRECTORY;
  }

  public static boolean isRegular(int mode) {
    return (mode & TYPE_MASK) == REGULAR;
  }

  public static boolean isSymlink(int mode) {
    return (mode & TYPE_MASK) == SYMLINK;
  }

  public static boolean isDevice(int mode) {
    int type = mode & TYPE_MASK;
    return type == BLOCK_DEVICE || type == CHARACTER_DEVICE;
  }

  /** Whether mknod makes this type. */
  public static boolean isNode(int mode) {
    return switch (mode & TYPE_MASK) {
      case REGULAR, SOCKET, FIFO, BLOCK_DEVICE, CHARACTER_DEVICE -> true;
      default -> false;
    };
  }
}
