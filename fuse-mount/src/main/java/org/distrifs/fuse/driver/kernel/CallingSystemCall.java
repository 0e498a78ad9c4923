package org.distrifs.fuse.driver.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * In which system call a thread is that waits for an answer: no request tells whether it comes of
 * {@code chmod(2)} or of {@code fchmod(2)}. The first walks its path again when it is answered
 * {@code ESTALE}; the second has no path, and its program would get that.
 */
final class CallingSystemCall {
  /** How a thread came to what it changes. */
  enum Way {
    BY_PATH,
    BY_DESCRIPTOR,
    UNKNOWN
  }

  /** A caller that was just answered by another thread of ours may not sleep yet. */
  private static final int TRIES = 20;

  private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(500);

  /** {@code utimensat(2)} without a path is {@code futimens(3)}. */
  private static final String NO_PATH = "0x0";

  /**
   * The calls that take a path and change attributes, by architecture, in the order of the kernel's
   * tables: {@code arch/x86/entry/syscalls/syscall_64.tbl} (truncate, chmod, chown, lchown, utime,
   * setxattr, lsetxattr, removexattr, lremovexattr, utimes, fchownat, futimesat, fchmodat,
   * utimensat, fchmodat2, setxattrat, removexattrat) and {@code scripts/syscall.tbl}.
   */
  private static final Map<String, Set<Integer>> BY_PATH =
      Map.of(
          "amd64",
          Set.of(76, 90, 92, 94, 132, 188, 189, 197, 198, 235, 260, 261, 268, 280, 452, 463, 466),
          "aarch64",
          Set.of(5, 6, 14, 15, 45, 53, 54, 88, 452, 463, 466));

  private static final Map<String, Integer> UTIMENSAT = Map.of("amd64", 280, "aarch64", 88);

  /** {@code io_uring_enter}: what it carries out may be either. The same everywhere. */
  private static final int IO_URING_ENTER = 426;

  private static final String ARCHITECTURE = System.getProperty("os.arch");

  private CallingSystemCall() {}

  /**
   * How a thread came to what it changes, by its {@code /proc/N/syscall} (proc(5)).
   *
   * @param thread as the kernel names it in the request that is being served
   * @return unknown if the system does not let this process see it
   */
  static Way of(int thread) {
    try {
      for (int count = 0; count < TRIES; count++) {
        String line =
            Files.readString(
                Path.of("/proc", Integer.toString(thread), "syscall"), StandardCharsets.ISO_8859_1);
        Way way = parse(line.strip(), ARCHITECTURE);
        if (way != null) {
          return way;
        }
        LockSupport.parkNanos(PAUSE_NS);
      }
    } catch (IOException e) {
      // It is gone, or another user's, or this process may not trace others.
      return Way.UNKNOWN;
    }
    return Way.UNKNOWN;
  }

  /** Null while the thread runs, so that nothing can be told. */
  static Way parse(String line, String architecture) {
    if (line.equals("running")) {
      return null;
    }
    Set<Integer> byPath = BY_PATH.get(architecture);
    String[] words = line.split(" ", -1);
    int number = Integer.parseInt(words[0]);
    if (byPath == null || number < 0 || number == IO_URING_ENTER) {
      return Way.UNKNOWN;
    }
    boolean withoutPath = number == UTIMENSAT.get(architecture) && words[2].equals(NO_PATH);
    return byPath.contains(number) && !withoutPath ? Way.BY_PATH : Way.BY_DESCRIPTOR;
  }
}
