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
  STATFS;

  /** In lower case: "getattr". */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
