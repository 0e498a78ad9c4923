package org.distrifs.runtime.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of this machine. Failures name the file, the range and what was attempted. */
final class LocalDiskFile implements DiskFile {

  /**
   * The most bytes that are passed to the kernel in one call. Writing new pages costs 0.25 CPU
   * s/GiB up to 896 KiB a call, and 0.8 to 2.5 from 1 MiB on, because the page cache then works in
   * large folios. It also bounds the direct buffer that the JDK keeps for each thread that passes a
   * heap buffer.
   */
  static final int MAX_CALL_BYTES = 512 * 1024;

  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

  private final Path path;
  private final FileChannel channel;

  LocalDiskFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    int end = source.limit();
    long at = position;
    try {
      while (source.position() < end) {
        source.limit(Math.min(end, source.position() + MAX_CALL_BYTES));
        at += channel.write(source, at);
      }
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      throw writeFailure(end - source.position(), at, e);
    } finally {
      source.limit(end);
    }
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    int start = target.position();
    int end = target.limit();
    long at = position;
    try {
      while (target.position() < end) {
        target.limit(Math.min(end, target.position() + MAX_CALL_BYTES));
        int count = channel.read(target, at);
        if (count < 0) {
          break;
        }
        at += count;
      }
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      throw failure("cannot read " + (end - target.position()) + " bytes at " + at, e);
    } finally {
      target.limit(end);
    }
    return target.position() - start;
  }

  @Override
  public void sync() throws IOException {
    try {
      channel.force(false);
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      throw failure("cannot sync", e);
    }
  }

  @Override
  public long sizeBytes() throws IOException {
    return channel.size();
  }

  /** Cuts and extends, unlike {@link FileChannel#truncate}, which only cuts. */
  @Override
  public void truncate(long sizeBytes) throws IOException {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("size " + sizeBytes + " of " + path + " is negative");
    }
    long before = channel.size();
    if (sizeBytes < before) {
      channel.truncate(sizeBytes);
    } else if (sizeBytes > before) {
      // The JDK cannot extend a file. Writing a zero as the last byte leaves a hole before it.
      write(ByteBuffer.allocate(1), sizeBytes - 1);
    }
  }

  @Override
  public void punch(long position, long length) throws IOException {
    if (!punchHole(position, length)) {
      overwriteWithZeros(position, length);
    }
  }

  /** Writes nothing where zeros are read, so that the holes of a sparse file stay holes. */
  void overwriteWithZeros(long position, long length) throws IOException {
    ByteBuffer present = ByteBuffer.allocate(ZEROS.capacity());
    long end = position + length;
    for (long at = position; at < end; at += ZEROS.capacity()) {
      int count = (int) Math.min(ZEROS.capacity(), end - at);
      read(present.clear().limit(count), at);
      if (!present.flip().equals(ZEROS.slice(0, present.limit()))) {
        write(ZEROS.slice(0, count), at);
      }
    }
  }

  /**
   * Punches a hole. Opens the file again by its path, because the JDK hides the descriptor. False
   * if it cannot be opened, or the file system does not support holes.
   */
  private boolean punchHole(long position, long length) {
    LibC libc = LibC.load();
    int descriptor = libc.open(path.toString(), LibC.O_RDWR);
    if (descriptor < 0) {
      return false;
    }
    try {
      int mode = LibC.FALLOC_FL_PUNCH_HOLE | LibC.FALLOC_FL_KEEP_SIZE;
      return libc.fallocate(descriptor, mode, position, length) == 0;
    } finally {
      libc.close(descriptor);
    }
  }

  @Override
  public FileChannel transferable() {
    return channel;
  }

  @Override
  public boolean isTransferable() {
    return true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }

  private FileSystemException writeFailure(int bytes, long position, IOException cause) {
    String what = "cannot write " + bytes + " bytes at " + position;
    if (!isFull(bytes, cause)) {
      return failure(what, cause);
    }
    DiskFullException full =
        new DiskFullException(path.toString(), what + ": no space left (" + cause + ")");
    full.initCause(cause);
    return full;
  }

  /**
   * Whether a write failed because the disk is full. The JDK tells errno only as text in the
   * language of the locale, so this also compares with the space that is left.
   */
  private boolean isFull(int bytes, IOException cause) {
    if (DiskFullException.isMeantBy(cause)) {
      return true;
    }
    try {
      return Files.getFileStore(path).getUsableSpace() < bytes;
    } catch (IOException e) {
      cause.addSuppressed(e);
      return false;
    }
  }

  private FileSystemException failure(String what, IOException cause) {
    FileSystemException failure =
        new FileSystemException(path.toString(), null, what + ": " + cause.getMessage());
    failure.initCause(cause);
    return failure;
  }
}
