package org.distrifs.fuse.operations;

import java.util.Locale;

/** What the kernel asks for, one by one; names of metrics and words of the log. */
public enum Operation {
  LOOKUP,
  GETATTR,
  SETATTR,
  READLINK,
  MKNOD,
  MKDIR,
  UNLINK,
  RMDIR,
  SYMLINK,
  RENAME,
  LINK,
  CREATE,
  OPEN,
  READ,
  WRITE,
  FLUSH,
  FSYNC,
  RELEASE,
  GETLK,
  SETLK,
  SETLKW,
  OPENDIR,
  READDIR,
  READDIRPLUS,
  FSYNCDIR,
  RELEASEDIR,
  STATFS,
  FALLOCATE,
  LSEEK,
  COPY_FILE_RANGE,
  TMPFILE,
  GETXATTR,
  SETXATTR,
  LISTXATTR,
  REMOVEXATTR,
  IOCTL;

  /** In lower case: "getattr". */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
