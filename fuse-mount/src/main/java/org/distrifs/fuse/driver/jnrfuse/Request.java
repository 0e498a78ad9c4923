package org.distrifs.fuse.driver.jnrfuse;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import com.google.protobuf.ByteString;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestHeader;

/**
 * The kernel's request that a thread is working on, read from the thread's receive buffer. libfuse
 * hands its callbacks a path only; what they cannot tell from it they find here: who asks, on which
 * node, and in the course of which request. Outside of a request, when libfuse calls back while it
 * is being closed, there is none.
 */
final class Request extends RequestHeader {
  static final int LOOKUP = 1;
  static final int GETATTR = 3;
  static final int UNLINK = 10;
  static final int RENAME = 12;
  static final int OPEN = 14;
  static final int WRITE = 16;
  static final int RELEASE = 18;

  // struct fuse_write_in: fh, offset, size, write_flags. What passes the kernel's pages by also
  // passes its own clearing of set-id bits by, and is marked by this flag instead.
  private static final int WRITE_FLAGS = 20;
  private static final int WRITE_CLEARS_SET_ID_BITS = 1 << 2;

  // Behind struct fuse_rename_in (the new folder's node): both names, each with its NUL.
  private static final int RENAME_NAMES = 8;

  private static final int SUPER_USER = 0;

  private static final ThreadLocal<Request> CURRENT = ThreadLocal.withInitial(Request::new);

  static Request current() {
    return CURRENT.get();
  }

  /** The name that a RENAME asks for: libfuse renames to names of its own making, too. */
  ByteString renameTarget() {
    long oldName = body() + RENAME_NAMES;
    return NativeMemory.name(oldName + IO.getStringLength(oldName) + 1);
  }

  /**
   * Whether an open that empties a file takes its set-user-id and set-group-id bits away: the
   * kernel does not say so in the protocol of libfuse 2.
   */
  boolean clearsSetIdBits() {
    return caller().getUid() != SUPER_USER;
  }

  /** Whether a WRITE leaves it to us to take the set-user-id and set-group-id bits away. */
  boolean writeClearsSetIdBits() {
    return opcode() == WRITE && (IO.getInt(body() + WRITE_FLAGS) & WRITE_CLEARS_SET_ID_BITS) != 0;
  }
}
