package org.distrifs.master.namespace;

import org.distrifs.proto.error.Errno;

/** Checks names: 1 to 255 bytes without slash and NUL, not "." or "..". */
public final class Names {

  /** NAME_MAX of Linux. */
  public static final int MAX_BYTES = 255;

  /** PATH_MAX of Linux less the final NUL: a symlink's target at most. */
  public static final int MAX_TARGET_BYTES = 4095;

  private Names() {}

  /** 0, or the errno that a name is refused with. */
  public static int check(byte[] name) {
    if (name.length > MAX_BYTES) {
      return Errno.ENAMETOOLONG.code();
    }
    if (name.length == 0 || isDotOrDotDot(name)) {
      return Errno.EINVAL.code();
    }
    for (byte b : name) {
      if (b == '/' || b == 0) {
        return Errno.EINVAL.code();
      }
    }
    return 0;
  }

  private static boolean isDotOrDotDot(byte[] name) {
    return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
  }
}
