package org.distrifs.systemtests.conformance;

import java.util.Arrays;
import java.util.List;

/** The seven kinds of files (inode(7)). */
enum FileType {
  REGULAR(0100000, 8),
  DIRECTORY(0040000, 4),
  FIFO(0010000, 1),
  CHARACTER_DEVICE(0020000, 2),
  BLOCK_DEVICE(0060000, 6),
  SOCKET(0140000, 12),
  SYMLINK(0120000, 10);

  /** All whose mode can be changed. */
  static final List<FileType> WITH_MODE =
      Arrays.stream(values()).filter(type -> type != SYMLINK).toList();

  /** All that may have several names. */
  static final List<FileType> LINKABLE =
      Arrays.stream(values()).filter(type -> type != DIRECTORY).toList();

  private final int bits;
  private final int entryType;

  FileType(int bits, int entryType) {
    this.bits = bits;
    this.entryType = entryType;
  }

  /** In {@code st_mode}. */
  int bits() {
    return bits;
  }

  /** {@code d_type} of a directory entry. */
  int entryType() {
    return entryType;
  }

  /** Makes a file of this type and these permissions; a symlink leads nowhere. */
  void make(String path, int mode) {
    switch (this) {
      case REGULAR -> Calls.close(Calls.open(path, Calls.O_CREAT | Calls.O_EXCL, mode));
      case DIRECTORY -> Calls.mkdir(path, mode);
      case SYMLINK -> Calls.symlink("nowhere", path);
      default -> Calls.mknod(path, bits | mode, 1 << 8 | 3);
    }
  }

  void remove(String path) {
    if (this == DIRECTORY) {
      Calls.rmdir(path);
    } else {
      Calls.unlink(path);
    }
  }
}
