package org.distrifs.proto.error;

/**
 * The Linux error numbers that DistriFS answers, with their values on every Linux architecture that
 * it runs on ({@code include/uapi/asm-generic/errno-base.h}, {@code errno.h}).
 */
public enum Errno {
  EPERM(1, "operation not permitted"),
  ENOENT(2, "no such file or directory"),
  EINTR(4, "interrupted"),
  EIO(5, "input/output error"),
  ENXIO(6, "no such device or address"),
  E2BIG(7, "argument list too long"),
  EBADF(9, "bad file descriptor"),
  EAGAIN(11, "try again"),
  ENOMEM(12, "out of memory"),
  EACCES(13, "permission denied"),
  EBUSY(16, "busy"),
  EEXIST(17, "file exists"),
  EXDEV(18, "cross-device link"),
  ENODEV(19, "no such device"),
  ENOTDIR(20, "not a directory"),
  EISDIR(21, "is a directory"),
  EINVAL(22, "invalid argument"),
  ENOTTY(25, "inappropriate ioctl for device"),
  ENFILE(23, "too many open files"),
  EFBIG(27, "file too large"),
  ENOSPC(28, "no space left"),
  EROFS(30, "read-only file system"),
  EMLINK(31, "too many links"),
  ERANGE(34, "out of range"),
  EDEADLK(35, "resource deadlock avoided"),
  ENAMETOOLONG(36, "file name too long"),
  ENOLCK(37, "no locks available"),
  ENOSYS(38, "function not implemented"),
  ENOTEMPTY(39, "directory not empty"),
  ELOOP(40, "too many levels of symbolic links"),
  ENODATA(61, "no data available"),
  EPROTO(71, "protocol error"),
  EOVERFLOW(75, "value too large"),
  EOPNOTSUPP(95, "operation not supported"),
  ETIMEDOUT(110, "timed out"),
  ESTALE(116, "stale file handle");

  private final int code;
  private final String description;

  Errno(int code, String description) {
    this.code = code;
    this.description = description;
  }

  /** The positive Linux number. */
  public int code() {
    return code;
  }

  /** What the error means, in a few lower-case words. */
  public String description() {
    return description;
  }

  /** The constant of a Linux number; {@link #EIO} for a number that is not listed here. */
  public static Errno ofCode(int code) {
    for (final Errno errno : values()) {
      if (errno.code == code) {
        return errno;
      }
    }
    return EIO;
  }
}
