package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.TimeChange;

/**
 * The body of a SETATTR: {@code struct fuse_setattr_in}.
 *
 * <pre>
 *  0 uint32 valid   8 uint64 fh   16 uint64 size   32 uint64 atime   40 uint64 mtime
 * 56 uint32 atimensec   60 uint32 mtimensec   68 uint32 mode   76 uint32 uid   80 uint32 gid
 * </pre>
 */
final class SetattrRequest {
  static final int MODE = 1;
  static final int UID = 1 << 1;
  static final int GID = 1 << 2;
  static final int SIZE = 1 << 3;
  static final int ATIME = 1 << 4;
  static final int MTIME = 1 << 5;

  /** The field {@code fh} is of a handle by which the file is cut: no name was gone by. */
  static final int HANDLE = 1 << 6;

  static final int ATIME_NOW = 1 << 7;
  static final int MTIME_NOW = 1 << 8;
  static final int KILL_SET_ID_BITS = 1 << 11;

  private static final int CHANGES = MODE | UID | GID | SIZE | ATIME | MTIME;

  private static final int PERMISSION_BITS = 07777;
  private static final TimeChange NOW = TimeChange.newBuilder().setNow(true).build();

  private SetattrRequest() {}

  static boolean has(long body, int flag) {
    return (IO.getInt(body) & flag) != 0;
  }

  /** Whether nothing is asked for but what {@link #change} makes of that. */
  static boolean changesNothing(long body) {
    return !has(body, CHANGES);
  }

  static long size(long body) {
    return IO.getLong(body + 16);
  }

  /**
   * All that is asked for. A request for no change at all comes of what takes set-id bits away and
   * changes nothing else: of a write to pages, and of chown(2) that leaves both owners.
   */
  static SetAttributes change(long body, long inode) {
    SetAttributes.Builder change = SetAttributes.newBuilder().setInode(inode);
    change.setClearSetIdBits(has(body, KILL_SET_ID_BITS) || changesNothing(body));
    if (has(body, MODE)) {
      change.setMode(IO.getInt(body + 68) & PERMISSION_BITS);
    }
    if (has(body, UID)) {
      change.setUid(IO.getInt(body + 76));
    }
    if (has(body, GID)) {
      change.setGid(IO.getInt(body + 80));
    }
    if (has(body, SIZE)) {
      change.setSize(size(body));
    }
    if (has(body, ATIME)) {
      change.setAtime(has(body, ATIME_NOW) ? NOW : time(body + 32, body + 56));
    }
    if (has(body, MTIME)) {
      change.setMtime(has(body, MTIME_NOW) ? NOW : time(body + 40, body + 60));
    }
    return change.build();
  }

  private static TimeChange time(long seconds, long nanoseconds) {
    return TimeChange.newBuilder()
        .setSeconds(IO.getLong(seconds))
        .setNanoseconds(IO.getInt(nanoseconds))
        .build();
  }
}
