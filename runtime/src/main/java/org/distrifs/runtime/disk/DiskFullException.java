package org.distrifs.runtime.disk;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A write failed because there is no space (or quota) left; a prefix of it may have been written.
 * Or a file or folder could not be created for the same reason.
 */
public final class DiskFullException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  public DiskFullException(String path, String reason) {
    super(path, null, reason);
  }

  /**
   * Whether an exception of the JDK means that the disk is full. The JDK tells errno only as text.
   */
  static boolean isMeantBy(IOException error) {
    String text = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("no space left") || text.contains("quota exceeded");
  }

  /** An exception as a {@link DiskFullException} if it means that, else itself. */
  static IOException orSame(Path path, IOException error) {
    if (!isMeantBy(error)) {
      return error;
    }
    DiskFullException full = new DiskFullException(path.toString(), error.getMessage());
    full.initCause(error);
    return full;
  }
}
