package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open {@code /dev/fuse}: where requests are read and answers written, one message a call.
 * Thread-safe, but for {@link #close}.
 *
 * <pre>
 * answer: 0 uint32 length, 4 int32 negative errno or 0, 8 uint64 unique of the request, 16 payload
 * notice: the same with the notice's code as errno and 0 as unique
 * </pre>
 */
final class FuseDevice {
  private static final Logger LOG = LoggerFactory.getLogger(FuseDevice.class);

  /** Bytes before the payload of an answer. */
  static final int ANSWER_HEADER_BYTES = 16;

  /** What {@link #receive} answers when the mount has ended. */
  static final int ENDED = -1;

  private static final String DEVICE = "/dev/fuse";
  private static final int O_RDWR_CLOEXEC = 2 | 02000000;

  private static final int EPERM = 1;
  private static final int ENOENT = 2;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int ENODEV = 19;

  /** {@code fuse_notify_inval_inode_out}: uint64 node, int64 offset, int64 length. */
  private static final int NOTICE_INVALIDATE_INODE = 2;

  /** In the place of an offset. */
  private static final long ATTRIBUTES_ALONE = -1;

  private static final int NOTICE_INVALIDATE_INODE_BYTES = ANSWER_HEADER_BYTES + 24;

  // mount(2)
  private static final long MS_NOSUID = 2;
  private static final long MS_NODEV = 4;

  private final LibC libc;
  private final int descriptor;

  private FuseDevice(LibC libc, int descriptor) {
    this.libc = libc;
    this.descriptor = descriptor;
  }

  /**
   * @throws OperatorException if this process may not
   */
  static FuseDevice open(LibC libc) {
    long path = string(DEVICE);
    try {
      int descriptor = libc.open(path, O_RDWR_CLOEXEC);
      if (descriptor < 0) {
        throw new OperatorException(
            "Cannot open " + DEVICE + " (errno " + LibC.lastErrno() + "). Mount as root.");
      }
      return new FuseDevice(libc, descriptor);
    } finally {
      NativeMemory.free(path);
    }
  }

  /**
   * Mounts what is served here. Only root may.
   *
   * @param options of the kernel's FUSE, separated by commas, without the descriptor
   * @throws OperatorException if the kernel refuses
   */
  void mount(String source, Path mountPoint, String type, String options) {
    long sourceAddress = string(source);
    long target = string(mountPoint.toString());
    long typeAddress = string(type);
    long data = string("fd=" + descriptor + "," + options);
    try {
      if (libc.mount(sourceAddress, target, typeAddress, MS_NOSUID | MS_NODEV, data) == 0) {
        return;
      }
      int errno = LibC.lastErrno();
      throw new OperatorException(
          "Cannot mount on %s: the kernel refused (errno %d).%s"
              .formatted(
                  mountPoint,
                  errno,
                  errno == EPERM ? " Mount as root, or with mount.driver = jnr-fuse." : ""));
    } finally {
      NativeMemory.free(sourceAddress);
      NativeMemory.free(target);
      NativeMemory.free(typeAddress);
      NativeMemory.free(data);
    }
  }

  private static long string(String text) {
    return NativeMemory.allocateString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Blocks for a request.
   *
   * @return its length, or {@link #ENDED}
   */
  int receive(long buffer, int capacityBytes) {
    while (true) {
      long length = libc.read(descriptor, buffer, capacityBytes);
      if (length >= 0) {
        return (int) length;
      }
      int errno = LibC.lastErrno();
      switch (errno) {
        case EINTR, EAGAIN, ENOENT -> {
          // A signal, or a request that was taken back before it could be read.
        }
        case ENODEV -> {
          return ENDED;
        }
        default -> {
          LOG.error("Cannot read requests of the kernel: errno {}; the mount ends", errno);
          return ENDED;
        }
      }
    }
  }

  /**
   * Answers a request.
   *
   * @param answer where header and payload lie; the header is written here
   * @param result bytes of the payload, or a negative errno
   */
  void answer(long answer, long unique, int result) {
    int length = ANSWER_HEADER_BYTES + Math.max(0, result);
    IO.putInt(answer, length);
    IO.putInt(answer + 4, Math.min(0, result));
    IO.putLong(answer + 8, unique);
    if (libc.write(descriptor, answer, length) < 0) {
      int errno = LibC.lastErrno();
      if (errno != ENOENT && errno != ENODEV) {
        // ENOENT: the caller is gone; ENODEV: so is the mount.
        LOG.error("The kernel refused an answer of {} bytes: errno {}", length, errno);
      }
    }
  }

  /** Makes the kernel ask for the attributes of a node again. Waits for no page and no request. */
  void invalidateAttributes(long node) {
    invalidate(node, ATTRIBUTES_ALONE);
  }

  /**
   * Makes the kernel drop its pages of a node, and its attributes. Waits for pages that are being
   * read or written back: never on a thread that such a request may be waiting for.
   */
  void invalidatePages(long node) {
    invalidate(node, 0);
  }

  /** From an offset on, to the end, which a length of 0 stands for. */
  private void invalidate(long node, long offset) {
    long notice = NativeMemory.allocate(NOTICE_INVALIDATE_INODE_BYTES);
    try {
      IO.putInt(notice, NOTICE_INVALIDATE_INODE_BYTES);
      IO.putInt(notice + 4, NOTICE_INVALIDATE_INODE);
      IO.putLong(notice + ANSWER_HEADER_BYTES, node);
      IO.putLong(notice + ANSWER_HEADER_BYTES + 8, offset);
      long written = libc.write(descriptor, notice, NOTICE_INVALIDATE_INODE_BYTES);
      LOG.trace("Invalidated node {} from {} on: {}", node, offset, written);
    } finally {
      NativeMemory.free(notice);
    }
  }

  void close() throws IOException {
    if (libc.close(descriptor) != 0) {
      throw new IOException("cannot close " + DEVICE + ": errno " + LibC.lastErrno());
    }
  }
}
