package org.distrifs.master.state;

import org.distrifs.master.namespace.InodeTable;
import org.distrifs.proto.error.Errno;

/**
 * Finds the inodes that operations name. Answers a slot, or the negative errno of an operation that
 * names an inode which is not there (ESTALE) or of another type.
 */
final class InodeResolver {
  private final InodeTable inodes;

  InodeResolver(InodeTable inodes) {
    this.inodes = inodes;
  }

  int any(long id) {
    int slot = inodes.find(id);
    return slot == 0 ? -Errno.ESTALE.code() : slot;
  }

  int directory(long id) {
    int slot = any(id);
    return slot < 0 || inodes.isDirectory(slot) ? slot : -Errno.ENOTDIR.code();
  }

  int regular(long id) {
    int slot = any(id);
    if (slot < 0 || inodes.isRegular(slot)) {
      return slot;
    }
    return inodes.isDirectory(slot) ? -Errno.EISDIR.code() : -Errno.EINVAL.code();
  }
}
