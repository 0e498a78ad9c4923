package org.distrifs.runtime.disk;

/** How a {@link Disk} opens a file. */
public enum OpenMode {
  /** For reading; the file must exist. */
  READ,
  /** For reading and writing; the file must exist. */
  READ_WRITE,
  /** For reading and writing; the file must not exist and is created empty. */
  CREATE_NEW,
  /** For reading and writing; the file is created empty if it does not exist. */
  CREATE_OR_OPEN
}
