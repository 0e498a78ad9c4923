package org.distrifs.fuse.operations;

import java.io.IOException;
import org.distrifs.client.Metadata;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * {@code fallocate(2)}: makes a file longer, and parts of it zeros. Space is not reserved: a range
 * for which there is none now is refused, but what is granted another writer may still take.
 * Punching makes zeros of what is there.
 */
public final class Allocation {
  /** The size stays, whatever the range ({@code FALLOC_FL_KEEP_SIZE}). */
  public static final int KEEP_SIZE = 1;

  /** The range becomes a hole; only with {@link #KEEP_SIZE}. */
  public static final int PUNCH_HOLE = 2;

  /** The range becomes zeros, which count as allocated and are a hole to {@link DataSeek}. */
  public static final int ZERO_RANGE = 0x10;

  private static final int KNOWN_FLAGS = KEEP_SIZE | PUNCH_HOLE | ZERO_RANGE;

  private final Metadata metadata;

  Allocation(Metadata metadata) {
    this.metadata = metadata;
  }

  /** Checks are in the order of Linux's {@code vfs_fallocate}. */
  void run(FileHandle opened, long offset, long length, int mode) throws IOException {
    if (offset < 0 || length <= 0) {
      throw refused(Errno.EINVAL, offset, length, mode);
    }
    boolean keepsSize = (mode & KEEP_SIZE) != 0;
    boolean punches = (mode & PUNCH_HOLE) != 0;
    boolean zeroes = (mode & ZERO_RANGE) != 0;
    if ((mode & ~KNOWN_FLAGS) != 0 || punches && (zeroes || !keepsSize)) {
      throw refused(Errno.EOPNOTSUPP, offset, length, mode);
    }
    if (!opened.mayWrite()) {
      throw refused(Errno.EBADF, offset, length, mode);
    }
    if (length > Long.MAX_VALUE - offset) {
      throw refused(Errno.EFBIG, offset, length, mode);
    }
    OpenFile file = opened.file();
    FlagChecks.allocate(file, mode);
    if (!punches && !fits(file, offset, length)) {
      throw refused(Errno.ENOSPC, offset, length, mode);
    }
    if (punches || zeroes) {
      file.punch(offset, length);
    }
    if (!punches) {
      file.allocate(offset, length);
    }
    if (!keepsSize) {
      file.extend(offset + length);
    }
    // Programs look at once at how much is allocated.
    file.writeBack();
    opened.changed();
  }

  /** Whether what of a range has no chunk yet is no more than there is room for. */
  private boolean fits(OpenFile file, long offset, long length) throws IOException {
    long available = metadata.statistics().getAvailableBytes();
    if (length <= available) {
      return true;
    }
    long end = offset + length;
    long missing = 0;
    for (long at = offset; at < end && missing <= available; at = file.nextHole(at, end)) {
      long data = file.nextData(at, end);
      missing += data - at;
      at = data;
    }
    return missing <= available;
  }

  private static ErrnoException refused(Errno errno, long offset, long length, int mode) {
    return new ErrnoException(
        errno, "fallocate of %d bytes at %d, mode %#x".formatted(length, offset, mode));
  }
}
