package org.distrifs.fuse.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.runtime.lifecycle.NamedThreads;

/**
 * Asks the kernel whether a FUSE mount has lost its process. It says so at once, with {@code
 * ENOTCONN}, to whoever calls; but if the process is there after all, the question goes to that
 * process, which may not answer. So this is asked only about a mount whose process is not to be
 * seen, and of a thread that can be left behind.
 */
final class Disconnection {
  private static final long ANSWER_TIMEOUT_MS = 3_000;

  /** {@code struct statfs} has 120 bytes on 64-bit platforms. */
  private static final int STATFS_BYTES = 256;

  private Disconnection() {}

  /** Whether nobody will ever answer there; false if it cannot be found out. */
  static boolean isCertain(Path mountPoint) {
    FutureTask<Boolean> question = new FutureTask<>(() -> answersNotConnected(mountPoint));
    NamedThreads.daemon("mount", "connection").newThread(question).start();
    try {
      return question.get(ANSWER_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("statfs of " + mountPoint, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean answersNotConnected(Path mountPoint) {
    long path = NativeMemory.allocateString(mountPoint.toString().getBytes(UTF_8));
    long statistics = NativeMemory.allocate(STATFS_BYTES);
    try {
      return MountCalls.load().statfs(path, statistics) != 0
          && MountCalls.lastErrno() == MountCalls.ENOTCONN;
    } finally {
      NativeMemory.free(statistics);
      NativeMemory.free(path);
    }
  }
}
