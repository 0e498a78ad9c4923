package org.distrifs.fuse.mount;

import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/**
 * The system calls around a mount. Pointers are {@code long}s: only 64-bit platforms are supported.
 * What fails answers -1, and {@link #lastErrno} says why. Public because the binding is generated
 * into another package.
 */
public interface MountCalls {

  /** {@code errno(3)}: what the kernel answers in a FUSE mount whose process is gone. */
  int ENOTCONN = 107;

  /** The C library of this process. */
  static MountCalls load() {
    return LibraryLoader.create(MountCalls.class).failImmediately().load("c");
  }

  /** The errno of the last call on this thread. */
  static int lastErrno() {
    return LastError.getLastError(Runtime.getSystemRuntime());
  }

  /** See {@code memfd_create(2)}. */
  int memfd_create(long name, int flags);

  /** See {@code close(2)}. */
  int close(int descriptor);

  /** See {@code statfs(2)}. */
  int statfs(long path, long buffer);
}
