package org.distrifs.fuse.driver.jnrfuse;

import static org.distrifs.fuse.driver.jnrfuse.NativeMemory.IO;

import com.google.protobuf.ByteString;
import org.distrifs.proto.control.Caller;

/**
 * The kernel's request that a thread is working on, read from the thread's receive buffer ({@code
 * struct fuse_in_header} of the kernel's {@code include/uapi/linux/fuse.h}). libfuse hands its
 * callbacks a path only; what they cannot tell from it they find here: who asks, on which node, and
 * in the course of which request.
 */
final class Request {
  static final int GETATTR = 3;
  static final int UNLINK = 10;
  static final int RENAME = 12;
  static final int WRITE = 16;
  static final int RELEASE = 18;

  private static final int HEADER_BYTES = 40;
  private static final int OPCODE = 4;
  private static final int UNIQUE = 8;
  private static final int NODE = 16;
  private static final int UID = 24;
  private static final int GID = 28;
  private static final int THREAD = 32;

  // struct fuse_write_in: fh, offset, size, write_flags. What passes the kernel's pages by also
  // passes its own clearing of set-id bits by, and is marked by this flag instead.
  private static final int WRITE_FLAGS = HEADER_BYTES + 20;
  private static final int WRITE_CLEARS_SET_ID_BITS = 1 << 2;

  // Behind struct fuse_rename_in (the new folder's node): both names, each with its NUL.
  private static final int RENAME_NAMES = HEADER_BYTES + 8;

  private static final ThreadLocal<Request> CURRENT = ThreadLocal.withInitial(Request::new);

  /** 0 outside of a request: when libfuse calls back while it is being closed. */
  private long buffer;

  static Request current() {
    return CURRENT.get();
  }

  /** Begins the request in {@code buffer}, which stays as it is until {@link #end}. */
  void begin(long buffer) {
    this.buffer = buffer;
  }

  void end() {
    buffer = 0;
  }

  int opcode() {
    return buffer == 0 ? 0 : IO.getInt(buffer + OPCODE);
  }

  /** The kernel's number of the request. */
  long unique() {
    return IO.getLong(buffer + UNIQUE);
  }

  /** The thread that asks; 0 when it is in no process namespace that this process sees. */
  int thread() {
    return IO.getInt(buffer + THREAD);
  }

  /** Of an INTERRUPT: the number of the request whose caller got a signal. */
  long interrupted() {
    return IO.getLong(buffer + HEADER_BYTES);
  }

  /** libfuse's number of the name that the request is about; 0 if there is none. */
  long node() {
    return buffer == 0 ? 0 : IO.getLong(buffer + NODE);
  }

  Caller caller() {
    if (buffer == 0) {
      return Caller.getDefaultInstance();
    }
    return Caller.newBuilder()
        .setUid(IO.getInt(buffer + UID))
        .setGid(IO.getInt(buffer + GID))
        .build();
  }

  /** The name that a RENAME asks for: libfuse renames to names of its own making, too. */
  ByteString renameTarget() {
    long oldName = buffer + RENAME_NAMES;
    return NativeMemory.name(oldName + IO.getStringLength(oldName) + 1);
  }

  /** Whether a WRITE leaves it to us to take the set-user-id and set-group-id bits away. */
  boolean writeClearsSetIdBits() {
    return opcode() == WRITE && (IO.getInt(buffer + WRITE_FLAGS) & WRITE_CLEARS_SET_ID_BITS) != 0;
  }
}
