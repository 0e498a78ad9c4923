package org.distrifs.runtime.disk;

import jnr.ffi.LibraryLoader;

/** System calls that the JDK has no methods for. Public because the binding is generated. */
public interface LibC {
  int O_RDONLY = 0;
  int O_RDWR = 2;
  int POSIX_FADV_WILLNEED = 3;
  int FALLOC_FL_KEEP_SIZE = 1;
  int FALLOC_FL_PUNCH_HOLE = 2;

  /** Returns the binding, of which a process has one. */
  static LibC load() {
    return Loaded.LIBC;
  }

  /** See {@code open(2)}. */
  int open(String path, int flags);

  /** See {@code syncfs(2)}. */
  int syncfs(int descriptor);

  /** See {@code fallocate(2)}. */
  int fallocate(int descriptor, int mode, long offset, long length);

  /** See {@code posix_fadvise(3)}. */
  int posix_fadvise(int descriptor, long offset, long length, int advice);

  /** See {@code close(2)}. */
  int close(int descriptor);

  /** Makes the binding when it is first needed, since that takes some time. */
  final class Loaded {
    private static final LibC LIBC = LibraryLoader.create(LibC.class).failImmediately().load("c");

    private Loaded() {}
  }
}
