package org.distrifs.fuse.driver.kernel;

import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/**
 * The system calls of the driver. Pointers are {@code long}s: only 64-bit platforms are supported.
 * What fails answers -1, and {@link #lastErrno} says why. Public because the binding is generated
 * into another package.
 */
public interface LibC {

  /** The C library of this process. */
  static LibC load() {
    return LibraryLoader.create(LibC.class).failImmediately().load("c");
  }

  /** The errno of the last call on this thread. */
  static int lastErrno() {
    return LastError.getLastError(Runtime.getSystemRuntime());
  }

  /** See {@code open(2)}. */
  int open(long path, int flags);

  /** See {@code close(2)}. */
  int close(int descriptor);

  /** See {@code read(2)}. */
  long read(int descriptor, long buffer, long bytes);

  /** See {@code write(2)}. */
  long write(int descriptor, long buffer, long bytes);

  /** See {@code mount(2)}. */
  int mount(long source, long target, long type, long flags, long data);
}
