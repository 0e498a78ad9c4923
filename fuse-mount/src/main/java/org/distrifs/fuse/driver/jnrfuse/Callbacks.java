package org.distrifs.fuse.driver.jnrfuse;

import jnr.ffi.annotations.Delegate;

/**
 * The shapes of libfuse's callbacks. Pointers and 64-bit numbers are {@code long}, so that nothing
 * is converted on the way: jnr-fuse's own shapes turn paths into {@code String}s, which loses bytes
 * that the platform's charset does not know. Public because the native stubs are generated into
 * another package.
 */
@SuppressWarnings("MissingSummary")
public final class Callbacks {

  private Callbacks() {}

  /** {@code unlink, rmdir}. */
  public interface Path {
    @Delegate
    int call(long path);
  }

  /** {@code getattr, symlink, rename, open, flush, release, statfs, utimens, removexattr, …}. */
  public interface PathAndLong {
    @Delegate
    int call(long path, long second);
  }

  /** {@code getxattr}. */
  public interface PathAndThreeLongs {
    @Delegate
    int call(long path, long second, long third, long fourth);
  }

  /** {@code setxattr}. */
  public interface PathThreeLongsAndInt {
    @Delegate
    int call(long path, long second, long third, long fourth, int fifth);
  }

  /** {@code mkdir, chmod}. */
  public interface PathAndInt {
    @Delegate
    int call(long path, int second);
  }

  /** {@code chown}. */
  public interface PathAndTwoInts {
    @Delegate
    int call(long path, int second, int third);
  }

  /** {@code mknod, create, fsync, fsyncdir}. */
  public interface PathIntAndLong {
    @Delegate
    int call(long path, int second, long third);
  }

  /** {@code readlink, ftruncate, fgetattr, listxattr}. */
  public interface PathAndTwoLongs {
    @Delegate
    int call(long path, long second, long third);
  }

  /** {@code fallocate}. */
  public interface PathIntAndThreeLongs {
    @Delegate
    int call(long path, int second, long third, long fourth, long fifth);
  }

  /** {@code ioctl}. */
  public interface PathIntTwoLongsIntAndLong {
    @Delegate
    int call(long path, int second, long third, long fourth, int fifth, long sixth);
  }

  /** {@code read, write, readdir}. */
  public interface PathAndFourLongs {
    @Delegate
    int call(long path, long second, long third, long fourth, long fifth);
  }
}
