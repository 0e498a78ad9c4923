package org.distrifs.fuse.operations;

import org.distrifs.client.OpenFile;
import org.distrifs.proto.access.InodeFlags;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * What inode flags forbid those who open and write files. The kernel knows nothing of the flags of
 * a FUSE file system, so these are the checks that it makes for others ({@code may_open} and {@code
 * inode_permission} of {@code fs/namei.c}, {@code vfs_fallocate}, and ext4's own). What concerns
 * names and attributes the master refuses.
 */
final class FlagChecks {
  private FlagChecks() {}

  /**
   * @param found of what is to be opened, as the master sees it now
   * @param openFlags of {@code open(2)}
   */
  static void open(Attributes found, int openFlags) throws ErrnoException {
    int inodeFlags = found.getInodeFlags();
    if (!InodeFlags.isProtected(inodeFlags)) {
      return;
    }
    boolean truncates = OpenFlags.has(openFlags, OpenFlags.O_TRUNC);
    boolean writes = OpenFlags.mayWrite(openFlags) || truncates;
    boolean appends = OpenFlags.has(openFlags, OpenFlags.O_APPEND) && !truncates;
    if (writes && (InodeFlags.isImmutable(inodeFlags) || !appends)) {
      throw refused("open for writing", found.getInode(), inodeFlags);
    }
  }

  /**
   * Of one that was open for writing before it got its flags. Not for pages of a mapping, which may
   * have been written into before.
   */
  static void write(OpenFile file, int descriptorFlags) throws ErrnoException {
    int inodeFlags = file.inodeFlags();
    if (InodeFlags.isProtected(inodeFlags)) {
      boolean appends = OpenFlags.has(descriptorFlags, OpenFlags.O_APPEND);
      if (InodeFlags.isImmutable(inodeFlags) || !appends) {
        throw refused("write to", file.inode(), inodeFlags);
      }
    }
  }

  /** Of an append-only file more may be allocated, but nothing zeroed or punched. */
  static void allocate(OpenFile file, int mode) throws ErrnoException {
    int inodeFlags = file.inodeFlags();
    boolean zeroes = (mode & ~Allocation.KEEP_SIZE) != 0;
    if (InodeFlags.isImmutable(inodeFlags) || InodeFlags.isAppendOnly(inodeFlags) && zeroes) {
      throw refused("fallocate of", file.inode(), inodeFlags);
    }
  }

  private static ErrnoException refused(String call, long inode, int inodeFlags) {
    String why = InodeFlags.isImmutable(inodeFlags) ? "immutable" : "append-only";
    return new ErrnoException(Errno.EPERM, "%s inode %d, which is %s".formatted(call, inode, why));
  }
}
