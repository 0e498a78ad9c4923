package org.distrifs.systemtests.conformance;

import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/**
 * The C library's names for system calls, each as in section 2 of the manual. Pointers and {@code
 * size_t} are {@code long}s: only 64-bit platforms are supported. What fails answers -1, and {@link
 * #lastErrno} says why. Public because the binding is generated into another package.
 */
public interface SystemCalls {

  /** The C library of this process. */
  SystemCalls LIBC = LibraryLoader.create(SystemCalls.class).failImmediately().load("c");

  /** The errno of the last call on this thread. */
  static int lastErrno() {
    return LastError.getLastError(Runtime.getSystemRuntime());
  }

  /**
   * Makes a call by its number, for calls that the C library would make for all threads of the
   * process.
   */
  long syscall(long number, long first, long second, long third);

  /**
   * Makes a call with six arguments by its number, since stubs that jnr-ffi compiles lose the
   * sixth.
   */
  long syscall(
      long number, long first, long second, long third, long fourth, long fifth, long sixth);

  int unshare(int flags);

  int umask(int mask);

  int clock_gettime(int clock, long time);

  int fchdir(int descriptor);

  int chdir(long path);

  int open(long path, int flags, int mode);

  int close(int descriptor);

  long read(int descriptor, long buffer, long bytes);

  long write(int descriptor, long buffer, long bytes);

  long pread(int descriptor, long buffer, long bytes, long offset);

  long pwrite(int descriptor, long buffer, long bytes, long offset);

  long lseek(int descriptor, long offset, int whence);

  int fsync(int descriptor);

  int fcntl(int descriptor, int command, long argument);

  int flock(int descriptor, int operation);

  int ioctl(int descriptor, long request, long argument);

  int fallocate(int descriptor, int mode, long offset, long bytes);

  int ftruncate(int descriptor, long size);

  int truncate(long path, long size);

  int access(long path, int mode);

  int mkdir(long path, int mode);

  int mknod(long path, int mode, long device);

  int rmdir(long path);

  int unlink(long path);

  int symlink(long target, long path);

  long readlink(long path, long buffer, long bytes);

  int linkat(int fromDirectory, long from, int toDirectory, long to, int flags);

  int renameat2(int fromDirectory, long from, int toDirectory, long to, int flags);

  int chmod(long path, int mode);

  int fchmod(int descriptor, int mode);

  int fchownat(int directory, long path, int uid, int gid, int flags);

  int fchown(int descriptor, int uid, int gid);

  int utimensat(int directory, long path, long times, int flags);

  int futimens(int descriptor, long times);

  int statx(int directory, long path, int flags, int mask, long buffer);

  int statfs(long path, long buffer);

  long getdents64(int descriptor, long buffer, long bytes);

  int lsetxattr(long path, long name, long value, long bytes, int flags);

  long lgetxattr(long path, long name, long value, long bytes);

  long llistxattr(long path, long list, long bytes);

  int lremovexattr(long path, long name);

  int name_to_handle_at(int directory, long path, long handle, long mountId, int flags);

  int open_by_handle_at(int mount, long handle, int flags);

  int munmap(long address, long bytes);

  int msync(long address, long bytes, int flags);
}
