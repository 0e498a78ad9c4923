package org.distrifs.systemtests.conformance;

import static org.distrifs.fuse.driver.NativeMemory.IO;
import static org.distrifs.systemtests.conformance.SystemCalls.LIBC;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.distrifs.fuse.driver.NativeMemory;

/**
 * Who makes a call. Each has a thread of its own: Linux keeps credentials by thread when they are
 * changed by the bare system calls, and {@code unshare} gives a thread its own umask and working
 * directory.
 */
enum Identity {
  ROOT(0, 0),

  /** Owns the files that permissions are tried with, and is in {@link #TEAM}. */
  OWNER(2001, 2001, Identity.TEAM),

  /** Owns nothing, and is in {@link #TEAM}, as whose group files are tried. */
  MEMBER(2002, 2002, Identity.TEAM, 2004),

  /** Neither owns anything nor is in a group that has anything. */
  STRANGER(2003, 2003);

  /** A supplementary group. */
  static final int TEAM = 2050;

  private static final int CLONE_FS = 0x200;

  private final int uid;
  private final int gid;
  private final int[] groups;
  private volatile Thread own;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(() -> become(work), "as " + name());
            made.setDaemon(true);
            own = made;
            return made;
          });

  Identity(int uid, int gid, int... groups) {
    this.uid = uid;
    this.gid = gid;
    this.groups = groups;
  }

  int uid() {
    return uid;
  }

  int gid() {
    return gid;
  }

  /** Runs something with these credentials, and throws what it throws. */
  <T> T call(Callable<T> work) throws Exception {
    if (Thread.currentThread().equals(own)) {
      return work.call();
    }
    try {
      return thread.submit(work).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof Exception exception ? exception : e;
    }
  }

  private void become(Runnable work) {
    require("unshare", LIBC.unshare(CLONE_FS));
    LIBC.umask(0);
    if (uid != 0) {
      long list = NativeMemory.allocate(Integer.BYTES * Math.max(1L, groups.length));
      for (int index = 0; index < groups.length; index++) {
        IO.putInt(list + (long) index * Integer.BYTES, groups[index]);
      }
      require("setgroups", LIBC.syscall(Machine.SETGROUPS, groups.length, list, 0));
      NativeMemory.free(list);
      require("setresgid", LIBC.syscall(Machine.SETRESGID, gid, gid, gid));
      require("setresuid", LIBC.syscall(Machine.SETRESUID, uid, uid, uid));
    }
    work.run();
  }

  private static void require(String call, long result) {
    if (result != 0) {
      throw new IllegalStateException(
          call + " failed with errno " + SystemCalls.lastErrno() + ": run these tests as root");
    }
  }
}
