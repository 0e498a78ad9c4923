package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.fchdir;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.open;

import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.distrifs.fuse.driver.NativeMemory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Cases of one call, and the vocabulary in which they are written. Each case is run as root in an
 * empty folder, which is its working directory, with a umask of 0. Assertions are counted, and a
 * case goes on after one that does not hold. A call without an assertion must succeed.
 */
@ExtendWith(CaseRunner.class)
abstract class Cases {
  private static final int CLOCK_REALTIME_COARSE = 5;
  private static final long CLOCK_POLL_NS = 500_000;

  private final Target target;
  private Findings findings = new Findings();
  private Path folder;

  Cases(Target target) {
    this.target = target;
  }

  /** System calls, or more assertions about them. */
  @FunctionalInterface
  interface Call {
    void run() throws Exception;
  }

  Target target() {
    return target;
  }

  /**
   * The absolute form of a path in this case's folder, for callers with another working directory.
   */
  Path absolute(String path) {
    return folder.resolve(path);
  }

  /** Runs a case in a folder that is made for it, and returns what it found. */
  final Findings perform(Path emptyFolder, Callable<?> testMethod) throws Exception {
    folder = emptyFolder;
    findings = new Findings();
    Calls.mkdir(folder.toString(), 0755);
    int directory = open(folder.toString(), Calls.O_RDONLY | Calls.O_DIRECTORY);
    Calls.fchmod(directory, 0755); // Whatever the umask of this process.
    try {
      for (Identity identity : Identity.values()) {
        as(
            identity,
            () -> {
              Calls.umask(0);
              fchdir(directory);
            });
      }
      Identity.ROOT.call(testMethod);
    } catch (CallFailed e) {
      findings.broken(e);
    } finally {
      for (Identity identity : Identity.values()) {
        as(identity, () -> Calls.chdir("/"));
      }
      Calls.closeAll();
    }
    return findings;
  }

  // --- the vocabulary

  /** Makes calls with other credentials. */
  final void as(Identity identity, Call calls) throws Exception {
    identity.call(
        () -> {
          calls.run();
          return null;
        });
  }

  /** Names what the assertions in {@code calls} are about, when one case tries many things. */
  final void about(Object what, Call calls) throws Exception {
    findings.enter(what.toString());
    try {
      calls.run();
    } finally {
      findings.leave();
    }
  }

  /** Asserts that a call fails with an errno, or succeeds if that is {@code OK}. */
  final void expect(Errno errno, Call call) throws Exception {
    findings.compare("errno", errno, outcome(call));
  }

  /** Like {@link #expect(Errno, Call)}, for a call by another caller. */
  final void expect(Errno errno, Identity identity, Call call) throws Exception {
    about(identity, () -> expect(errno, () -> as(identity, call)));
  }

  /** How a call ends. */
  static Errno outcome(Call call) throws Exception {
    try {
      call.run();
      return Errno.OK;
    } catch (CallFailed e) {
      return e.errno();
    }
  }

  final void same(String what, Object expected, Object actual) {
    findings.compare(what, expected, actual);
  }

  final void holds(String what, boolean condition) {
    findings.check(what, condition);
  }

  /** Asserts that modes are equal. Shows them in octal. */
  final void sameMode(int expected, int actual) {
    findings.compare("mode", Integer.toOctalString(expected), Integer.toOctalString(actual));
  }

  /** Asserts the owner and the group of a path, not followed. */
  final void owned(String path, int uid, int gid) {
    Stat stat = lstat(path);
    findings.compare("owner of " + path, uid + ":" + gid, stat.uid() + ":" + stat.gid());
  }

  final void links(int expected, String path) {
    findings.compare("links of " + path, expected, lstat(path).nlink());
  }

  /**
   * Asserts that a call sets the named times of a path to the time of the call, and no others.
   *
   * @param times some of the letters {@code a}, {@code m} and {@code c}
   */
  final void marks(String times, String path, Call call) throws Exception {
    Stat before = lstat(path);
    tick();
    call.run();
    Stat after = lstat(path);
    marked("atime of " + path, times.contains("a"), before.atime(), after.atime());
    marked("mtime of " + path, times.contains("m"), before.mtime(), after.mtime());
    marked("ctime of " + path, times.contains("c"), before.ctime(), after.ctime());
  }

  private void marked(String what, boolean expected, Instant before, Instant after) {
    if (expected) {
      findings.check(what + " stays, expected to be set", !after.equals(before));
    } else {
      findings.compare(what, before, after);
    }
  }

  /** Waits until the clock that file systems take times from has moved on. */
  static void tick() {
    long buffer = NativeMemory.allocate(16);
    try {
      Instant begun = clock(buffer);
      while (!clock(buffer).isAfter(begun)) {
        LockSupport.parkNanos(CLOCK_POLL_NS);
      }
    } finally {
      NativeMemory.free(buffer);
    }
  }

  private static Instant clock(long buffer) {
    SystemCalls.LIBC.clock_gettime(CLOCK_REALTIME_COARSE, buffer);
    return Instant.ofEpochSecond(
        NativeMemory.IO.getLong(buffer), NativeMemory.IO.getLong(buffer + 8));
  }
}
