package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import org.distrifs.fuse.driver.RequestGuard;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.fuse.operations.Operation;
import org.distrifs.proto.error.Errno;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the number of a request to who serves it. Thread-safe. */
final class RequestDispatch {
  private static final Logger LOG = LoggerFactory.getLogger(RequestDispatch.class);

  /** The request has no answer. */
  static final int NO_ANSWER = Integer.MIN_VALUE;

  /** Bytes of data in one request at most. */
  static final int MAX_TRANSFER_BYTES = 1 << 20;

  private static final int PAGE_BYTES = 4096;

  /** Read-ahead and asynchronous requests in flight at most; above it callers wait. */
  private static final int MAX_BACKGROUND = 64;

  private static final int WANTED =
      InitMessage.ASYNC_READ
          | InitMessage.POSIX_LOCKS
          | InitMessage.FLOCK_LOCKS
          | InitMessage.ATOMIC_O_TRUNC
          | InitMessage.EXPORT_SUPPORT
          | InitMessage.BIG_WRITES
          | InitMessage.DONT_MASK
          | InitMessage.DO_READDIRPLUS
          | InitMessage.READDIRPLUS_AUTO
          | InitMessage.ASYNC_DIO
          | InitMessage.PARALLEL_DIROPS
          | InitMessage.POSIX_ACL
          | InitMessage.MAX_PAGES
          | InitMessage.CACHE_SYMLINKS
          | InitMessage.HANDLE_KILLPRIV_V2
          | InitMessage.SETXATTR_EXT
          | InitMessage.INIT_EXT;

  private final RequestGuard guard;
  private final NodeRequests nodes;
  private final FileRequests files;
  private final RangeRequests ranges;
  private final XattrRequests xattrs;
  private final LockRequests locks;

  RequestDispatch(
      RequestGuard guard,
      NodeRequests nodes,
      FileRequests files,
      RangeRequests ranges,
      XattrRequests xattrs,
      LockRequests locks) {
    this.guard = guard;
    this.nodes = nodes;
    this.files = files;
    this.ranges = ranges;
    this.xattrs = xattrs;
    this.locks = locks;
  }

  /**
   * Serves a request.
   *
   * @param reply where the payload of the answer goes
   * @return bytes of the payload, a negative errno, or {@link #NO_ANSWER}
   */
  int serve(RequestHeader request, long reply) {
    return switch (request.opcode()) {
      case Opcode.INIT -> negotiate(request.body(), reply);
      case Opcode.LOOKUP -> guard.answer(Operation.LOOKUP, () -> nodes.lookup(request, reply));
      case Opcode.GETATTR -> guard.answer(Operation.GETATTR, () -> nodes.getattr(request, reply));
      case Opcode.STATX -> guard.answer(Operation.GETATTR, () -> nodes.statx(request, reply));
      case Opcode.IOCTL -> guard.answer(Operation.IOCTL, () -> files.ioctl(request, reply));
      case Opcode.SETATTR -> guard.answer(Operation.SETATTR, () -> nodes.setattr(request, reply));
      case Opcode.READLINK ->
          guard.answer(Operation.READLINK, () -> nodes.readlink(request, reply));
      case Opcode.SYMLINK -> guard.answer(Operation.SYMLINK, () -> nodes.symlink(request, reply));
      case Opcode.MKNOD -> guard.answer(Operation.MKNOD, () -> nodes.mknod(request, reply));
      case Opcode.MKDIR -> guard.answer(Operation.MKDIR, () -> nodes.mkdir(request, reply));
      case Opcode.UNLINK -> guard.run(Operation.UNLINK, () -> nodes.unlink(request));
      case Opcode.RMDIR -> guard.run(Operation.RMDIR, () -> nodes.rmdir(request));
      case Opcode.RENAME -> guard.run(Operation.RENAME, () -> nodes.rename(request));
      case Opcode.RENAME2 -> guard.run(Operation.RENAME, () -> nodes.rename2(request));
      case Opcode.LINK -> guard.answer(Operation.LINK, () -> nodes.link(request, reply));
      case Opcode.STATFS -> guard.answer(Operation.STATFS, () -> nodes.statfs(reply));
      case Opcode.CREATE -> guard.answer(Operation.CREATE, () -> files.create(request, reply));
      case Opcode.OPEN -> guard.answer(Operation.OPEN, () -> files.open(request, reply));
      case Opcode.READ -> guard.answer(Operation.READ, () -> files.read(request, reply));
      case Opcode.WRITE -> guard.answer(Operation.WRITE, () -> files.write(request, reply));
      case Opcode.FLUSH -> guard.run(Operation.FLUSH, () -> files.flush(request));
      case Opcode.FSYNC -> guard.run(Operation.FSYNC, () -> files.fsync(request));
      case Opcode.RELEASE -> guard.run(Operation.RELEASE, () -> files.release(request));
      case Opcode.OPENDIR -> guard.answer(Operation.OPENDIR, () -> nodes.opendir(request, reply));
      case Opcode.READDIR -> guard.answer(Operation.READDIR, () -> nodes.readdir(request, reply));
      case Opcode.READDIRPLUS ->
          guard.answer(Operation.READDIRPLUS, () -> nodes.readdirplus(request, reply));
      case Opcode.FSYNCDIR -> guard.run(Operation.FSYNCDIR, () -> nodes.fsyncdir(request));
      case Opcode.RELEASEDIR -> guard.run(Operation.RELEASEDIR, () -> nodes.releasedir(request));
      case Opcode.FALLOCATE -> guard.run(Operation.FALLOCATE, () -> ranges.fallocate(request));
      case Opcode.LSEEK -> guard.answer(Operation.LSEEK, () -> ranges.lseek(request, reply));
      case Opcode.COPY_FILE_RANGE ->
          guard.answer(Operation.COPY_FILE_RANGE, () -> ranges.copy(request, reply));
      case Opcode.COPY_FILE_RANGE_64 ->
          guard.answer(Operation.COPY_FILE_RANGE, () -> ranges.copy64(request, reply));
      case Opcode.TMPFILE -> guard.answer(Operation.TMPFILE, () -> files.tmpfile(request, reply));
      case Opcode.GETXATTR -> guard.answer(Operation.GETXATTR, () -> xattrs.get(request, reply));
      case Opcode.LISTXATTR -> guard.answer(Operation.LISTXATTR, () -> xattrs.list(request, reply));
      case Opcode.SETXATTR -> guard.run(Operation.SETXATTR, () -> xattrs.set(request));
      case Opcode.REMOVEXATTR -> guard.run(Operation.REMOVEXATTR, () -> xattrs.remove(request));
      case Opcode.GETLK -> locks.test(request, reply);
      case Opcode.SETLK -> locks.set(request);
      case Opcode.SETLKW -> locks.setAndWait(request);
      case Opcode.INTERRUPT -> {
        locks.interrupted(request.interrupted());
        yield NO_ANSWER;
      }
      case Opcode.FORGET, Opcode.BATCH_FORGET -> NO_ANSWER;
      case Opcode.DESTROY -> 0;
      default -> -Errno.ENOSYS.code();
    };
  }

  private static int negotiate(long body, long reply) {
    int major = InitMessage.major(body);
    int minor = InitMessage.minor(body);
    if (major != InitMessage.MAJOR || minor < InitMessage.MINOR) {
      LOG.error(
          "The kernel speaks version {}.{} of the FUSE protocol; {}.{} is needed: use the driver"
              + " jnr-fuse",
          major,
          minor,
          InitMessage.MAJOR,
          InitMessage.MINOR);
      return -Errno.EPROTO.code();
    }
    int flags = WANTED & InitMessage.flags(body);
    int moreFlags = InitMessage.DIRECT_IO_ALLOW_MMAP & InitMessage.moreFlags(body);
    InitMessage.writeReply(
        reply,
        InitMessage.MINOR,
        InitMessage.maxReadAhead(body),
        flags,
        moreFlags,
        MAX_BACKGROUND,
        MAX_TRANSFER_BYTES,
        MAX_TRANSFER_BYTES / PAGE_BYTES);
    LOG.debug(
        "FUSE protocol {}.{}, flags {} and {}",
        major,
        minor,
        Integer.toHexString(flags),
        Integer.toHexString(moreFlags));
    return InitMessage.REPLY_BYTES;
  }

  /** Whether what was received is one request: it begins with its own length. */
  static boolean isWhole(long buffer, int received) {
    return received >= RequestHeader.BYTES && IO.getInt(buffer) == received;
  }
}
