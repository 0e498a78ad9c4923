package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.io.IOException;
import org.distrifs.fuse.driver.MountOptions;
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

  private static final int NOT_OPEN = -1;

  /** {@code struct pollfd}: int32 descriptor, int16 events asked for, int16 events that hold. */
  private static final int POLL_BYTES = 8;

  private static final int POLL_EVENTS = 4;
  private static final int POLL_ANSWER = 6;
  private static final short POLLIN = 1;

  private static final int ENOENT = 2;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int ENODEV = 19;

  /** {@code fuse_notify_inval_inode_out}: uint64 node, int64 offset, int64 length. */
  private static final int NOTICE_INVALIDATE_INODE = 2;

  /** In the place of an offset. */
  private static final long ATTRIBUTES_ALONE = -1;

  private static final int NOTICE_INVALIDATE_INODE_BYTES = ANSWER_HEADER_BYTES + 24;

  private final LibC libc;
  private int descriptor = NOT_OPEN;

  FuseDevice(LibC libc) {
    this.libc = libc;
  }

  /**
   * Opens the device and mounts what is served here; before any other call.
   *
   * @throws OperatorException if the kernel refuses, or who asks it
   */
  void mount(DeviceMount way, MountOptions options) {
    descriptor = way.mount(options);
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
   * Whether the kernel has a request that nobody has received yet. While fewer threads serve than
   * requests may be in the background ({@code max_background}), none is held back unseen.
   */
  boolean hasRequests() {
    long poll = NativeMemory.allocate(POLL_BYTES);
    try {
      IO.putInt(poll, descriptor);
      IO.putShort(poll + POLL_EVENTS, POLLIN);
      IO.putShort(poll + POLL_ANSWER, (short) 0);
      return libc.poll(poll, 1, 0) > 0 && (IO.getShort(poll + POLL_ANSWER) & POLLIN) != 0;
    } finally {
      NativeMemory.free(poll);
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
      throw new IOException("cannot close the FUSE device: errno " + LibC.lastErrno());
    }
  }
}
