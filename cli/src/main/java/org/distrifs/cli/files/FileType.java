package org.distrifs.cli.files;

import org.distrifs.proto.control.Attributes;

/** File types and permission bits of {@code st_mode} (inode(7)), and how {@code ls} writes them. */
final class FileType {

  static final int PERMISSIONS = 07777;

  private static final int MASK = 0170000;
  private static final int SOCKET = 0140000;
  private static final int SYMLINK = 0120000;
  private static final int REGULAR = 0100000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int DIRECTORY = 0040000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int PIPE = 0010000;

  private static final int SET_USER_ID = 04000;
  private static final int SET_GROUP_ID = 02000;
  private static final int STICKY = 01000;

  private FileType() {}

  static boolean isDirectory(Attributes attributes) {
    return of(attributes) == DIRECTORY;
  }

  static boolean isRegular(Attributes attributes) {
    return of(attributes) == REGULAR;
  }

  static boolean isSymlink(Attributes attributes) {
    return of(attributes) == SYMLINK;
  }

  /** The type in the words of stat(1). */
  static String words(Attributes attributes) {
    return switch (of(attributes)) {
      case SOCKET -> "socket";
      case SYMLINK -> "symbolic link";
      case REGULAR -> attributes.getSize() == 0 ? "regular empty file" : "regular file";
      case BLOCK_DEVICE -> "block special file";
      case DIRECTORY -> "directory";
      case CHARACTER_DEVICE -> "character special file";
      case PIPE -> "fifo";
      default -> "unknown";
    };
  }

  /** Type and permissions in ten characters, as in {@code drwxr-xr-x}. */
  static String letters(Attributes attributes) {
    int mode = attributes.getMode();
    char type =
        switch (of(attributes)) {
          case SOCKET -> 's';
          case SYMLINK -> 'l';
          case REGULAR -> '-';
          case BLOCK_DEVICE -> 'b';
          case DIRECTORY -> 'd';
          case CHARACTER_DEVICE -> 'c';
          case PIPE -> 'p';
          default -> '?';
        };
    return type
        + triple(mode >> 6, (mode & SET_USER_ID) != 0, 's')
        + triple(mode >> 3, (mode & SET_GROUP_ID) != 0, 's')
        + triple(mode, (mode & STICKY) != 0, 't');
  }

  private static String triple(int bits, boolean special, char letter) {
    boolean execute = (bits & 1) != 0;
    char last = execute ? 'x' : '-';
    if (special) {
      last = execute ? letter : Character.toUpperCase(letter);
    }
    return "" + ((bits & 4) != 0 ? 'r' : '-') + ((bits & 2) != 0 ? 'w' : '-') + last;
  }

  private static int of(Attributes attributes) {
    return attributes.getMode() & MASK;
  }
}
