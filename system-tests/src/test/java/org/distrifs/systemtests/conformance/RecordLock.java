package org.distrifs.systemtests.conformance;

import static org.distrifs.fuse.driver.NativeMemory.IO;
import static org.distrifs.systemtests.conformance.SystemCalls.LIBC;

import org.distrifs.fuse.driver.NativeMemory;

/**
 * A lock of a range of bytes, and the commands of {@code fcntl(2)} about it: {@code struct flock}
 * (int16 type, int16 whence, int64 start at 8, int64 length at 16, int32 pid at 24).
 *
 * @param length 0 reaches to the end of the largest file
 */
record RecordLock(int type, long start, long length) {
  static final int READ = 0;
  static final int WRITE = 1;
  static final int UNLOCK = 2;

  static final int GET = 5;
  static final int SET = 6;
  static final int SET_AND_WAIT = 7;
  static final int GET_OF_DESCRIPTION = 36;
  static final int SET_OF_DESCRIPTION = 37;

  private static final int BYTES = 32;

  static RecordLock read(long start, long length) {
    return new RecordLock(READ, start, length);
  }

  static RecordLock write(long start, long length) {
    return new RecordLock(WRITE, start, length);
  }

  static RecordLock none(long start, long length) {
    return new RecordLock(UNLOCK, start, length);
  }

  /** Sets or releases it. */
  void on(int descriptor, int command) {
    withMemory(
        memory -> {
          check(LIBC.fcntl(descriptor, command, memory));
          return null;
        });
  }

  /** The lock that is in the way of this one, and its owner; {@code UNLOCK} if there is none. */
  Holder holder(int descriptor, int command) {
    return withMemory(
        memory -> {
          check(LIBC.fcntl(descriptor, command, memory));
          RecordLock lock =
              new RecordLock(IO.getShort(memory), IO.getLong(memory + 8), IO.getLong(memory + 16));
          return new Holder(lock, IO.getInt(memory + 24));
        });
  }

  /**
   * @param pid -1 for a lock of an open file description
   */
  record Holder(RecordLock lock, int pid) {}

  private interface Use {
    Holder of(long memory);
  }

  private Holder withMemory(Use use) {
    long memory = NativeMemory.allocate(BYTES);
    try {
      IO.putShort(memory, (short) type);
      IO.putLong(memory + 8, start);
      IO.putLong(memory + 16, length);
      return use.of(memory);
    } finally {
      NativeMemory.free(memory);
    }
  }

  private static void check(int result) {
    if (result == -1) {
      throw new CallFailed("fcntl", Errno.of(SystemCalls.lastErrno()));
    }
  }
}
