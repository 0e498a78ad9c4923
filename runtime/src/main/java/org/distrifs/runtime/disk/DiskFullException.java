package org.distrifs.runtime.disk;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A write failed for want of space (or quota), of which a prefix may have been written; or a file
 * or folder could not be made.
 */
public final class DiskFullException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  public DiskFullException(String path, String reason) {
    super(path, null, reason);
  }

  /** Whether an error of the JDK says so. It tells errno only as text. */
  static boolean isMeantBy(IOException error) {
    String text = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("no space left") || text.contains("quota exceeded");
  }

  /** An error as a {@link DiskFullException} if it says so, else itself. */
  static IOException orSame(Path path, IOException error) {
    if (!isMeantBy(error)) {
      return error;
    }
    DiskFullException full = new DiskFullException(path.toString(), error.getMessage());
    full.initCause(error);
    return full;
  }
}
