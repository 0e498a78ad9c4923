package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import org.distrifs.fuse.driver.NativeMemory;

/**
 * Room for a message that brings an open descriptor over a Unix socket: {@code struct msghdr} of
 * {@code recvmsg(2)} with one byte of data and one {@code SCM_RIGHTS} of {@code unix(7)}, as on
 * 64-bit platforms.
 *
 * <pre>
 *  0 msghdr:  0 void* name         8 uint32 name length   16 void* vector  24 uint64 vectors
 *            32 void* control     40 uint64 control bytes 48 int32 flags              56 bytes
 * 56 iovec:   0 void* base         8 uint64 bytes                                     16 bytes
 * 72 cmsghdr: 0 uint64 length      8 int32 level          12 int32 type
 *            16 int32 descriptor                                                      24 bytes
 * 96 the byte of data
 * </pre>
 */
final class DescriptorMessage implements AutoCloseable {
  /** What {@link #descriptor} answers when there is none in the message. */
  static final int NONE = -1;

  static final int VECTOR = 56;
  static final int CONTROL = 72;
  static final int DATA = 96;
  static final int BYTES = 104;

  private static final int CONTROL_BYTES = 24;
  private static final int CONTROL_LENGTH = 20;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;

  private final long memory = NativeMemory.allocate(BYTES);

  DescriptorMessage() {
    IO.putAddress(memory + 16, memory + VECTOR);
    IO.putLong(memory + 24, 1);
    IO.putAddress(memory + 32, memory + CONTROL);
    IO.putLong(memory + 40, CONTROL_BYTES);
    IO.putAddress(memory + VECTOR, memory + DATA);
    IO.putLong(memory + VECTOR + 8, 1);
  }

  long address() {
    return memory;
  }

  /** The descriptor that came, or {@link #NONE}. */
  int descriptor() {
    boolean came =
        IO.getLong(memory + 40) >= CONTROL_LENGTH
            && IO.getLong(memory + CONTROL) == CONTROL_LENGTH
            && IO.getInt(memory + CONTROL + 8) == SOL_SOCKET
            && IO.getInt(memory + CONTROL + 12) == SCM_RIGHTS;
    return came ? IO.getInt(memory + CONTROL + 16) : NONE;
  }

  @Override
  public void close() {
    NativeMemory.free(memory);
  }
}
