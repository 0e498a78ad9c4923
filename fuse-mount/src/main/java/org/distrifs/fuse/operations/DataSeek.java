package org.distrifs.fuse.operations;

import java.io.IOException;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** {@code lseek(2)} to the next data and the next hole, exact to a block of 4 KiB. */
final class DataSeek {
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  private DataSeek() {}

  /** Fails with {@code ENXIO} at or behind the end, and if no data follows. */
  static long seek(OpenFile file, long offset, int whence) throws IOException {
    if (whence != SEEK_DATA && whence != SEEK_HOLE) {
      throw new ErrnoException(Errno.EINVAL, "seek from " + whence);
    }
    long size = file.attributes().getSize();
    if (offset < 0 || offset >= size) {
      throw nothingThere(offset);
    }
    if (whence == SEEK_HOLE) {
      // The end of the file is one.
      return file.nextHole(offset, size);
    }
    long data = file.nextData(offset, size);
    if (data == size) {
      throw nothingThere(offset);
    }
    return data;
  }

  private static ErrnoException nothingThere(long offset) {
    return new ErrnoException(Errno.ENXIO, "seek at " + offset);
  }
}
