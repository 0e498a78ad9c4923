package org.distrifs.fuse.operations;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code copy_file_range(2)}: bytes go from one open file to another without passing the kernel.
 * What is a hole in the source becomes one in the target, if it was none there, and zeros
 * otherwise. One copy, for one thread.
 */
final class RangeCopy {
  private static final Logger LOG = LoggerFactory.getLogger(RangeCopy.class);

  /** Bytes moved for one call at most, so that it does not wait for long: {@value}. */
  static final int MAX_MOVED_BYTES = 16 << 20;

  private static final int PIECE_BYTES = 1 << 20;

  private final OpenFile source;
  private final OpenFile target;
  private final ByteBuffer buffer;

  /** What is added to an offset in the source to give the one in the target. */
  private final long shift;

  /** The offset in the source that is to be copied next. */
  private long at;

  private long moved;

  private RangeCopy(OpenFile source, OpenFile target, long from, long to, int bufferBytes) {
    this.source = source;
    this.target = target;
    this.at = from;
    this.shift = to - from;
    this.buffer = ByteBuffer.allocateDirect(bufferBytes);
  }

  /** Checks are in the order of Linux's {@code generic_copy_file_checks}. */
  static long copy(OpenFile source, long from, FileHandle opened, long to, long length, long flags)
      throws IOException {
    if (flags != 0 || from < 0 || to < 0 || length < 0) {
      throw refused(Errno.EINVAL, from, to, length);
    }
    if (!opened.mayWrite()) {
      throw refused(Errno.EBADF, from, to, length);
    }
    if (length > Long.MAX_VALUE - from || length > Long.MAX_VALUE - to) {
      throw refused(Errno.EOVERFLOW, from, to, length);
    }
    long count = Math.min(length, Math.max(0, source.attributes().getSize() - from));
    OpenFile target = opened.file();
    FlagChecks.write(target, opened.flags());
    if (source.inode() == target.inode() && to + count > from && to < from + count) {
      throw refused(Errno.EINVAL, from, to, length);
    }
    if (count == 0) {
      return 0;
    }
    int bufferBytes = (int) Math.min(count, PIECE_BYTES);
    RangeCopy copy = new RangeCopy(source, target, from, to, bufferBytes);
    try {
      copy.run(from + count);
    } catch (IOException e) {
      if (copy.at == from) {
        throw e;
      }
      // As in Linux, what was copied is the answer, so that the kernel drops its old pages of it;
      // who goes on hears of the failure then.
      LOG.debug("A copy ended after {} bytes", copy.at - from, e);
    }
    opened.changed();
    return copy.at - from;
  }

  private void run(long end) throws IOException {
    boolean isThere = true;
    while (isThere && at < end && moved < MAX_MOVED_BYTES) {
      long data = source.nextData(at, end);
      if (data > at) {
        skipTo(data);
      } else {
        isThere = moveTo(source.nextHole(at, at + Math.min(end - at, MAX_MOVED_BYTES - moved)));
      }
    }
  }

  /** Leaves a hole out, as far as the target has one, too; otherwise puts zeros there. */
  private void skipTo(long holeEnd) throws IOException {
    long next = target.nextData(at + shift, holeEnd + shift) - shift;
    if (next == at) {
      next = at + Math.min(holeEnd - at, MAX_MOVED_BYTES - moved);
      target.zero(at + shift, next - at);
      moved += next - at;
    }
    target.extend(next + shift);
    at = next;
  }

  /** Moves data; false if the source has become so short meanwhile that it ends before. */
  private boolean moveTo(long dataEnd) throws IOException {
    while (at < dataEnd) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), dataEnd - at));
      int count = source.read(at, buffer);
      if (count == 0) {
        return false;
      }
      target.write(at + shift, buffer.flip());
      at += count;
      moved += count;
    }
    return true;
  }

  private static ErrnoException refused(Errno errno, long from, long to, long length) {
    return new ErrnoException(errno, "copy of %d bytes at %d to %d".formatted(length, from, to));
  }
}
