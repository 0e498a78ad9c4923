package org.distrifs.systemtests.conformance;

import static org.distrifs.fuse.driver.NativeMemory.IO;
import static org.distrifs.systemtests.conformance.SystemCalls.LIBC;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.distrifs.fuse.driver.NativeMemory;

/**
 * The system calls, in the form in which the cases make them. A path is a string of which each
 * character is a byte (ISO-8859-1), relative to the working directory of the thread. A call that
 * fails throws {@link CallFailed}.
 */
final class Calls {
  // open(2), with values that x86-64 and arm64 share unless they say otherwise.
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0100;
  static final int O_EXCL = 0200;
  static final int O_TRUNC = 01000;
  static final int O_APPEND = 02000;
  static final int O_NONBLOCK = 04000;
  static final int O_DSYNC = 010000;
  static final int O_SYNC = 04010000;
  static final int O_PATH = 010000000;
  static final int O_DIRECTORY = Machine.IS_ARM ? 040000 : 0200000;
  static final int O_NOFOLLOW = Machine.IS_ARM ? 0100000 : 0400000;
  static final int O_DIRECT = Machine.IS_ARM ? 0200000 : 040000;
  static final int O_TMPFILE = 020000000 | O_DIRECTORY;

  static final int AT_FDCWD = -100;
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_SYMLINK_FOLLOW = 0x400;
  static final int AT_EMPTY_PATH = 0x1000;

  static final int RENAME_NOREPLACE = 1;
  static final int RENAME_EXCHANGE = 2;

  static final int SEEK_SET = 0;
  static final int SEEK_CUR = 1;
  static final int SEEK_END = 2;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;

  static final int F_GETFL = 3;
  static final int F_SETFL = 4;

  static final int LOCK_SH = 1;
  static final int LOCK_EX = 2;
  static final int LOCK_NB = 4;
  static final int LOCK_UN = 8;

  static final int R_OK = 4;
  static final int W_OK = 2;
  static final int X_OK = 1;

  /** A path that points nowhere. */
  static final String BAD_ADDRESS = "(no address of this process)";

  /** Nanoseconds that stand for the time of the call, in {@code utimensat(2)}. */
  static final int UTIME_NOW = 0x3fffffff;

  /** Nanoseconds that stand for no change. */
  static final int UTIME_OMIT = 0x3ffffffe;

  /** Descriptors that are open. */
  private static final Set<Integer> OPEN = ConcurrentHashMap.newKeySet();

  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_BTIME = 0x800;

  // linux/fs.h
  private static final long FS_IOC_GETFLAGS = 0x80086601L;
  private static final long FS_IOC_SETFLAGS = 0x40086602L;

  /** The flags {@code FS_..._FL} that the cases test. A file system may have others. */
  private static final int INODE_FLAGS = 0xf0;

  static final int BUFFER_BYTES = 1 << 16;

  private Calls() {}

  /** A call that takes the address of a path. */
  @FunctionalInterface
  interface OfPath {
    long run(long path);
  }

  /** Makes a call with the address of a path, which is freed afterwards. */
  static long with(String path, OfPath call) {
    if (path.equals(BAD_ADDRESS)) {
      return call.run(1);
    }
    long address = NativeMemory.allocateString(bytes(path));
    try {
      return call.run(address);
    } finally {
      NativeMemory.free(address);
    }
  }

  static long withBuffer(int bytes, OfPath call) {
    long address = NativeMemory.allocate(bytes);
    try {
      return call.run(address);
    } finally {
      NativeMemory.free(address);
    }
  }

  static byte[] bytes(String path) {
    return path.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static long check(String call, long result) {
    if (result == -1) {
      throw new CallFailed(call, Errno.of(SystemCalls.lastErrno()));
    }
    return result;
  }

  static long checkPath(String call, String path, OfPath work) {
    return with(path, address -> check(call + " " + shortened(path), work.run(address)));
  }

  static String shortened(String path) {
    return path.length() <= 40 ? path : path.substring(0, 37) + "…";
  }

  // --- the thread

  static int umask(int mask) {
    return LIBC.umask(mask);
  }

  static void chdir(String path) {
    checkPath("chdir", path, LIBC::chdir);
  }

  static void fchdir(int descriptor) {
    check("fchdir", LIBC.fchdir(descriptor));
  }

  // --- names

  static void mkdir(String path, int mode) {
    checkPath("mkdir", path, address -> LIBC.mkdir(address, mode));
  }

  static void mkfifo(String path, int mode) {
    mknod(path, FileType.FIFO.bits() | mode, 0);
  }

  /** A device is 8 bits of minor and 12 of major number here: {@code major << 8 | minor}. */
  static void mknod(String path, int mode, int device) {
    checkPath("mknod", path, address -> LIBC.mknod(address, mode, device));
  }

  static void rmdir(String path) {
    checkPath("rmdir", path, LIBC::rmdir);
  }

  static void unlink(String path) {
    checkPath("unlink", path, LIBC::unlink);
  }

  static void symlink(String target, String path) {
    with(
        target,
        targetAddress ->
            checkPath("symlink", path, address -> LIBC.symlink(targetAddress, address)));
  }

  static String readlink(String path) {
    byte[][] target = new byte[1][];
    withBuffer(
        BUFFER_BYTES,
        buffer -> {
          long length =
              checkPath("readlink", path, address -> LIBC.readlink(address, buffer, BUFFER_BYTES));
          target[0] = copy(buffer, (int) length);
          return length;
        });
    return new String(target[0], StandardCharsets.ISO_8859_1);
  }

  static void link(String from, String to) {
    linkat(AT_FDCWD, from, to, 0);
  }

  static void linkat(int directory, String from, String to, int flags) {
    with(
        from,
        fromAddress ->
            checkPath(
                "link " + shortened(from),
                to,
                address -> LIBC.linkat(directory, fromAddress, AT_FDCWD, address, flags)));
  }

  static void rename(String from, String to) {
    rename(from, to, 0);
  }

  static void rename(String from, String to, int flags) {
    with(
        from,
        fromAddress ->
            checkPath(
                "rename " + shortened(from),
                to,
                address -> LIBC.renameat2(AT_FDCWD, fromAddress, AT_FDCWD, address, flags)));
  }

  // --- attributes

  static Stat lstat(String path) {
    return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
  }

  static Stat stat(String path) {
    return statx(AT_FDCWD, path, 0);
  }

  static Stat fstat(int descriptor) {
    return statx(descriptor, "", AT_EMPTY_PATH);
  }

  /** When a file was made; fails if that is not known. */
  static Instant birthTime(int directory, String path) {
    Instant[] time = new Instant[1];
    withBuffer(
        Stat.BYTES,
        buffer -> {
          checkPath(
              "stat",
              path,
              address -> LIBC.statx(directory, address, AT_SYMLINK_NOFOLLOW, STATX_BTIME, buffer));
          if ((IO.getInt(buffer) & STATX_BTIME) == 0) {
            throw new CallFailed("statx of the birth time", Errno.EOPNOTSUPP);
          }
          time[0] = Stat.birthTime(buffer);
          return 0;
        });
    return time[0];
  }

  private static Stat statx(int directory, String path, int flags) {
    Stat[] stat = new Stat[1];
    withBuffer(
        Stat.BYTES,
        buffer -> {
          checkPath(
              "stat",
              path,
              address -> LIBC.statx(directory, address, flags, STATX_BASIC_STATS, buffer));
          stat[0] = Stat.at(buffer);
          return 0;
        });
    return stat[0];
  }

  static boolean exists(String path) {
    try {
      lstat(path);
      return true;
    } catch (CallFailed e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  static void access(String path, int mode) {
    checkPath("access", path, address -> LIBC.access(address, mode));
  }

  static void chmod(String path, int mode) {
    checkPath("chmod", path, address -> LIBC.chmod(address, mode));
  }

  static void fchmod(int descriptor, int mode) {
    check("fchmod", LIBC.fchmod(descriptor, mode));
  }

  static void chown(String path, int uid, int gid) {
    checkPath("chown", path, address -> LIBC.fchownat(AT_FDCWD, address, uid, gid, 0));
  }

  static void lchown(String path, int uid, int gid) {
    checkPath(
        "lchown", path, address -> LIBC.fchownat(AT_FDCWD, address, uid, gid, AT_SYMLINK_NOFOLLOW));
  }

  static void fchown(int descriptor, int uid, int gid) {
    check("fchown", LIBC.fchown(descriptor, uid, gid));
  }

  static void truncate(String path, long size) {
    checkPath("truncate", path, address -> LIBC.truncate(address, size));
  }

  static void ftruncate(int descriptor, long size) {
    check("ftruncate", LIBC.ftruncate(descriptor, size));
  }

  /** One of the two times of {@code utimensat}. */
  record Time(long seconds, long nanoseconds) {
    static final Time NOW = new Time(0, UTIME_NOW);
    static final Time OMIT = new Time(0, UTIME_OMIT);

    Instant instant() {
      return Instant.ofEpochSecond(seconds, nanoseconds);
    }
  }

  static void utimens(String path, Time atime, Time mtime) {
    utimens(path, atime, mtime, 0);
  }

  static void utimens(String path, Time atime, Time mtime, int flags) {
    withBuffer(
        32,
        times ->
            checkPath(
                "utimensat",
                path,
                address -> LIBC.utimensat(AT_FDCWD, address, put(times, atime, mtime), flags)));
  }

  /** Passes a null pointer: both times become that of the call. */
  static void utimensNull(String path) {
    checkPath("utimensat", path, address -> LIBC.utimensat(AT_FDCWD, address, 0, 0));
  }

  static void futimens(int descriptor, Time atime, Time mtime) {
    withBuffer(32, times -> check("futimens", LIBC.futimens(descriptor, put(times, atime, mtime))));
  }

  private static long put(long times, Time atime, Time mtime) {
    IO.putLong(times, atime.seconds());
    IO.putLong(times + 8, atime.nanoseconds());
    IO.putLong(times + 16, mtime.seconds());
    IO.putLong(times + 24, mtime.nanoseconds());
    return times;
  }

  static StatFs statfs(String path) {
    StatFs[] answer = new StatFs[1];
    withBuffer(
        StatFs.BYTES,
        buffer -> {
          checkPath("statfs", path, address -> LIBC.statfs(address, buffer));
          answer[0] = StatFs.at(buffer);
          return 0;
        });
    return answer[0];
  }

  // --- inode flags

  static void ioctl(int descriptor, long request, long argument) {
    check("ioctl", LIBC.ioctl(descriptor, request, argument));
  }

  static int inodeFlags(String path) {
    return ofInodeFlags(path, (descriptor, flags) -> IO.getInt(flags) & INODE_FLAGS);
  }

  /**
   * Sets exactly these of {@link #INODE_FLAGS}, and leaves the file system's other flags as they
   * are.
   */
  static void setInodeFlags(String path, int wanted) {
    ofInodeFlags(
        path,
        (descriptor, flags) -> {
          IO.putInt(flags, IO.getInt(flags) & ~INODE_FLAGS | wanted);
          ioctl(descriptor, FS_IOC_SETFLAGS, flags);
          return wanted;
        });
  }

  @FunctionalInterface
  private interface OfInodeFlags {
    int run(int descriptor, long flags);
  }

  private static int ofInodeFlags(String path, OfInodeFlags call) {
    int descriptor = open(path, O_RDONLY | O_NONBLOCK);
    try {
      return (int)
          withBuffer(
              Long.BYTES,
              flags -> {
                ioctl(descriptor, FS_IOC_GETFLAGS, flags);
                return call.run(descriptor, flags);
              });
    } finally {
      close(descriptor);
    }
  }

  // --- open files

  static int open(String path, int flags) {
    return open(path, flags, 0);
  }

  static int open(String path, int flags, int mode) {
    return opened(
        "open " + shortened(path), with(path, address -> LIBC.open(address, flags, mode)));
  }

  /** Registers the descriptor that a call returned, to be closed at the end of the case. */
  static int opened(String call, long result) {
    int descriptor = (int) check(call, result);
    OPEN.add(descriptor);
    return descriptor;
  }

  static void close(int descriptor) {
    OPEN.remove(descriptor);
    check("close", LIBC.close(descriptor));
  }

  /** Closes what a case that ended early has left open. */
  static void closeAll() {
    List.copyOf(OPEN).forEach(Calls::close);
  }

  static void fsync(int descriptor) {
    check("fsync", LIBC.fsync(descriptor));
  }

  static int fcntl(int descriptor, int command, long argument) {
    return (int) check("fcntl", LIBC.fcntl(descriptor, command, argument));
  }

  static void flock(int descriptor, int operation) {
    check("flock", LIBC.flock(descriptor, operation));
  }

  static long lseek(int descriptor, long offset, int whence) {
    return check("lseek", LIBC.lseek(descriptor, offset, whence));
  }

  static int write(int descriptor, String text) {
    return (int)
        with(text, buffer -> check("write", LIBC.write(descriptor, buffer, text.length())));
  }

  static int pwrite(int descriptor, String text, long offset) {
    return (int)
        with(
            text,
            buffer -> check("pwrite", LIBC.pwrite(descriptor, buffer, text.length(), offset)));
  }

  static String read(int descriptor, int bytes) {
    return received(bytes, buffer -> check("read", LIBC.read(descriptor, buffer, bytes)));
  }

  static String pread(int descriptor, int bytes, long offset) {
    return received(bytes, buffer -> check("pread", LIBC.pread(descriptor, buffer, bytes, offset)));
  }

  static String received(int bytes, OfPath call) {
    String[] text = new String[1];
    withBuffer(
        Math.max(1, bytes),
        buffer -> {
          long length = call.run(buffer);
          text[0] = new String(copy(buffer, (int) length), StandardCharsets.ISO_8859_1);
          return length;
        });
    return text[0];
  }

  static byte[] copy(long address, int length) {
    byte[] bytes = new byte[length];
    IO.getByteArray(address, bytes, 0, length);
    return bytes;
  }

  static void fallocate(int descriptor, int mode, long offset, long bytes) {
    check("fallocate", LIBC.fallocate(descriptor, mode, offset, bytes));
  }

  /** Copies at the given offsets. The offsets of the descriptors do not change. */
  static long copyFileRange(int in, long inOffset, int out, long outOffset, long bytes) {
    return withBuffer(
        16,
        offsets -> {
          IO.putLong(offsets, inOffset);
          IO.putLong(offsets + 8, outOffset);
          return check(
              "copy_file_range",
              LIBC.syscall(Machine.COPY_FILE_RANGE, in, offsets, out, offsets + 8, bytes, 0));
        });
  }

  /** Writes a file with this content. */
  static void write(String path, String text) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    try {
      write(file, text);
    } finally {
      close(file);
    }
  }

  /** The whole content of a file. */
  static String content(String path) {
    int file = open(path, O_RDONLY);
    try {
      StringBuilder all = new StringBuilder();
      String part = read(file, BUFFER_BYTES);
      while (!part.isEmpty()) {
        all.append(part);
        part = read(file, BUFFER_BYTES);
      }
      return all.toString();
    } finally {
      close(file);
    }
  }

  // --- directories

  /**
   * An entry as {@code getdents64(2)} gives it: {@code next} is where reading goes on behind it.
   */
  record Entry(String name, long inode, int type, long next) {}

  /** The next entries of an open directory, as many as {@code bytes} hold; empty at its end. */
  static List<Entry> entries(int descriptor, int bytes) {
    List<Entry> entries = new ArrayList<>();
    withBuffer(
        bytes,
        buffer -> {
          long length = check("getdents64", LIBC.getdents64(descriptor, buffer, bytes));
          long at = buffer;
          while (at < buffer + length) {
            String name = new String(NativeMemory.string(at + 19), StandardCharsets.ISO_8859_1);
            entries.add(new Entry(name, IO.getLong(at), IO.getByte(at + 18), IO.getLong(at + 8)));
            at += Short.toUnsignedInt(IO.getShort(at + 16));
          }
          return length;
        });
    return entries;
  }

  /** All entries of a directory but "." and "..", in its order. */
  static List<String> list(String path) {
    int directory = open(path, O_RDONLY | O_DIRECTORY);
    try {
      List<String> names = new ArrayList<>();
      List<Entry> part = entries(directory, BUFFER_BYTES);
      while (!part.isEmpty()) {
        part.forEach(entry -> names.add(entry.name()));
        part = entries(directory, BUFFER_BYTES);
      }
      names.removeAll(List.of(".", ".."));
      return names;
    } finally {
      close(directory);
    }
  }
}
