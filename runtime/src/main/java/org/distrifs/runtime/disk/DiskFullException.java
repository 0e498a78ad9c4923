package org.distrifs.runtime.disk;

import java.nio.file.FileSystemException;

/** A write failed for want of space (or quota); a prefix of the bytes may have been written. */
public final class DiskFullException extends FileSystemException {

  private static final long serialVersionUID = 1L;

  public DiskFullException(String path, String reason) {
    super(path, null, reason);
  }
}
