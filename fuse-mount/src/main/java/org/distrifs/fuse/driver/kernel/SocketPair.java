package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.nio.charset.StandardCharsets;
import org.distrifs.fuse.driver.NativeMemory;

/**
 * Two connected stream sockets: one for this process, one for a program that it starts. What this
 * process reads it waits for only so long.
 */
final class SocketPair implements AutoCloseable {
  // socket(2), socket(7)
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 02000000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int TIMEVAL_BYTES = 16;

  private static final int CLOSED = -1;

  private final LibC libc;
  private int ours;
  private int theirs;

  /**
   * @param timeoutS how long a read of our end waits, in seconds
   */
  SocketPair(LibC libc, int timeoutS) {
    this.libc = libc;
    long memory = NativeMemory.allocate(TIMEVAL_BYTES);
    try {
      if (libc.socketpair(AF_UNIX, SOCK_STREAM_CLOEXEC, 0, memory) != 0) {
        throw new IllegalStateException("no pair of sockets: errno " + LibC.lastErrno());
      }
      ours = IO.getInt(memory);
      theirs = IO.getInt(memory + Integer.BYTES);
      IO.putLong(memory, timeoutS);
      IO.putLong(memory + Long.BYTES, 0);
      if (libc.setsockopt(ours, SOL_SOCKET, SO_RCVTIMEO, memory, TIMEVAL_BYTES) != 0) {
        close();
        throw new IllegalStateException("no time-out of a socket: errno " + LibC.lastErrno());
      }
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** The end of this process. */
  int ours() {
    return ours;
  }

  /** The end for the program. */
  int theirs() {
    return theirs;
  }

  /** Once the program has its end: from then on ours shows when the program has closed it. */
  void closeTheirs() {
    if (theirs != CLOSED) {
      libc.close(theirs);
      theirs = CLOSED;
    }
  }

  /** What the program wrote until it closed its end, or let us wait; at most {@code maxBytes}. */
  String readText(int maxBytes) {
    long buffer = NativeMemory.allocate(maxBytes);
    try {
      int length = 0;
      while (length < maxBytes) {
        long count = libc.read(ours, buffer + length, maxBytes - length);
        if (count <= 0) {
          break;
        }
        length += (int) count;
      }
      byte[] bytes = new byte[length];
      IO.getByteArray(buffer, bytes, 0, length);
      return new String(bytes, StandardCharsets.UTF_8);
    } finally {
      NativeMemory.free(buffer);
    }
  }

  @Override
  public void close() {
    closeTheirs();
    if (ours != CLOSED) {
      libc.close(ours);
      ours = CLOSED;
    }
  }
}
