package org.distrifs.fuse.driver.kernel;

import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
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

  /** See {@code poll(2)}. */
  int poll(long descriptors, long count, int timeoutMs);

  /** See {@code mount(2)}. */
  int mount(long source, long target, long type, long flags, long data);

  /** See {@code geteuid(2)}. */
  int geteuid();

  /** See {@code socketpair(2)}. */
  int socketpair(int domain, int type, int protocol, long pair);

  /** See {@code setsockopt(2)}. */
  int setsockopt(int descriptor, int level, int option, long value, int valueBytes);

  /** See {@code recvmsg(2)}. */
  long recvmsg(int descriptor, long message, int flags);

  /**
   * See {@code posix_spawn(3)}: the answer is 0 or an errno. Of six {@code long}s jffi 1.4.3 passes
   * on the last one wrong (x86-64), so that is a {@link Pointer}.
   */
  int posix_spawnp(
      long pid,
      long program,
      long fileActions,
      long attributes,
      long arguments,
      Pointer environment);

  /** See {@code posix_spawn_file_actions_init(3)}: the answer is 0 or an errno. */
  int posix_spawn_file_actions_init(long fileActions);

  /** See {@code posix_spawn_file_actions_adddup2(3)}: the answer is 0 or an errno. */
  int posix_spawn_file_actions_adddup2(long fileActions, int descriptor, int newDescriptor);

  /** See {@code posix_spawn_file_actions_destroy(3)}: the answer is 0 or an errno. */
  int posix_spawn_file_actions_destroy(long fileActions);

  /** See {@code waitpid(2)}. */
  int waitpid(int pid, long status, int options);

  /** See {@code kill(2)}. */
  int kill(int pid, int signal);
}
