package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.util.Optional;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * The body of GETLK, SETLK and SETLKW, {@code struct fuse_lk_in}, and the reply to GETLK, {@code
 * struct fuse_lk_out}. Types are those of {@code fcntl(2)}.
 *
 * <pre>
 * in:  0 uint64 fh   8 uint64 owner   16 uint64 start   24 uint64 end   32 uint32 type   36 uint32 pid
 *     40 uint32 lk_flags   48 bytes
 * out: 0 uint64 start   8 uint64 end   16 uint32 type   20 uint32 pid   24 bytes
 * </pre>
 */
final class LockMessage {
  static final int REPLY_BYTES = 24;

  private static final int F_RDLCK = 0;
  private static final int F_WRLCK = 1;
  private static final int F_UNLCK = 2;

  /** {@code FUSE_LK_FLOCK}: of flock(2), on the whole file. */
  private static final int OF_FLOCK = 1;

  private LockMessage() {}

  static long handle(long body) {
    return IO.getLong(body);
  }

  /** Fails with {@code EINVAL} for a type that is none. */
  static Lock lock(long body) throws ErrnoException {
    boolean ofFlock = (IO.getInt(body + 40) & OF_FLOCK) != 0;
    return Lock.newBuilder()
        .setOwner(IO.getLong(body + 8))
        .setKind(ofFlock ? Lock.Kind.WHOLE_FILE : Lock.Kind.RECORD)
        .setType(type(IO.getInt(body + 32)))
        .setStart(IO.getLong(body + 16))
        .setEnd(IO.getLong(body + 24))
        .setPid(IO.getInt(body + 36))
        .build();
  }

  private static Lock.Type type(int type) throws ErrnoException {
    return switch (type) {
      case F_RDLCK -> Lock.Type.READ;
      case F_WRLCK -> Lock.Type.WRITE;
      case F_UNLCK -> Lock.Type.UNLOCKED;
      default -> throw new ErrnoException(Errno.EINVAL, "set a lock of type " + type);
    };
  }

  /** What is in the way, if anything is. */
  static int writeReply(long reply, Optional<Lock> conflict) {
    IO.setMemory(reply, REPLY_BYTES, (byte) 0);
    IO.putInt(reply + 16, F_UNLCK);
    conflict.ifPresent(
        lock -> {
          IO.putLong(reply, lock.getStart());
          IO.putLong(reply + 8, lock.getEnd());
          IO.putInt(reply + 16, lock.getType() == Lock.Type.WRITE ? F_WRLCK : F_RDLCK);
          IO.putInt(reply + 20, lock.getPid());
        });
    return REPLY_BYTES;
  }
}
