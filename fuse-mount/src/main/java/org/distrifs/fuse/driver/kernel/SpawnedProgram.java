package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.nio.charset.StandardCharsets;
import java.util.List;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.distrifs.fuse.driver.ArgumentVector;
import org.distrifs.fuse.driver.NativeMemory;

/**
 * A program that is given sockets for its standard input and output. {@link ProcessBuilder} passes
 * on files and pipes only, and closes every other descriptor in the new process. Not thread-safe.
 */
final class SpawnedProgram {
  /** {@code posix_spawn_file_actions_t} has 80 bytes in glibc, and is nobody else's business. */
  private static final int FILE_ACTIONS_BYTES = 256;

  private static final int STANDARD_INPUT = 0;
  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;

  private static final int SIGKILL = 9;
  private static final int EINTR = 4;

  private final LibC libc;
  private final int pid;

  private SpawnedProgram(LibC libc, int pid) {
    this.libc = libc;
    this.pid = pid;
  }

  /**
   * Starts it. It inherits other descriptors that are not closed on exec, so it should be one that
   * soon ends.
   *
   * @param command the program, which is looked for on the path, and its arguments
   * @param environment all of it: "NAME=value"
   * @param output where both of its output streams go
   * @throws IllegalStateException if it cannot be started
   */
  static SpawnedProgram start(
      LibC libc, List<String> command, List<String> environment, int input, int output) {
    long actions = NativeMemory.allocate(FILE_ACTIONS_BYTES);
    long program = NativeMemory.allocateString(command.get(0).getBytes(StandardCharsets.UTF_8));
    long pid = NativeMemory.allocate(Integer.BYTES);
    try (ArgumentVector arguments = new ArgumentVector(command);
        ArgumentVector variables = new ArgumentVector(environment)) {
      check(libc.posix_spawn_file_actions_init(actions), command);
      try {
        check(libc.posix_spawn_file_actions_adddup2(actions, input, STANDARD_INPUT), command);
        check(libc.posix_spawn_file_actions_adddup2(actions, output, STANDARD_OUTPUT), command);
        check(libc.posix_spawn_file_actions_adddup2(actions, output, STANDARD_ERROR), command);
        check(
            libc.posix_spawnp(
                pid,
                program,
                actions,
                0,
                arguments.address(),
                Pointer.wrap(Runtime.getRuntime(libc), variables.address())),
            command);
        return new SpawnedProgram(libc, IO.getInt(pid));
      } finally {
        libc.posix_spawn_file_actions_destroy(actions);
      }
    } finally {
      NativeMemory.free(actions);
      NativeMemory.free(program);
      NativeMemory.free(pid);
    }
  }

  private static void check(int errno, List<String> command) {
    if (errno != 0) {
      throw new IllegalStateException(command.get(0) + " cannot be started: errno " + errno);
    }
  }

  /** Sees to it that it has ended; not to be called twice. */
  void end() {
    // One that has ended keeps its pid until it is waited for, so this hits nobody else.
    libc.kill(pid, SIGKILL);
    long status = NativeMemory.allocate(Integer.BYTES);
    try {
      int ended;
      do {
        ended = libc.waitpid(pid, status, 0);
      } while (ended < 0 && LibC.lastErrno() == EINTR);
    } finally {
      NativeMemory.free(status);
    }
  }
}
