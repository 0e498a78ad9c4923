package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.io.IOException;
import org.distrifs.fuse.driver.FlagsIoctl;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.proto.error.Errno;

/**
 * An IOCTL: {@code struct fuse_ioctl_in} with the argument, and {@code struct fuse_ioctl_out} with
 * what was asked for.
 *
 * <pre>
 * in:   0 uint64 fh   8 uint32 flags   12 uint32 cmd   16 uint64 arg   24 uint32 in_size
 *      28 uint32 out_size   32 the argument
 * out:  0 int32 result   4 uint32 flags   8 uint32 in_iovs   12 uint32 out_iovs   16 what was asked for
 * </pre>
 */
final class IoctlRequest {
  static final int REPLY_BYTES = 16;

  private static final int BODY_BYTES = 32;

  private IoctlRequest() {}

  static int command(long body) {
    return IO.getInt(body + 12);
  }

  static int argumentBytes(long body) {
    return IO.getInt(body + 24);
  }

  static int answerBytes(long body) {
    return IO.getInt(body + 28);
  }

  static long argument(long body) {
    return body + BODY_BYTES;
  }

  /** Serves it; the answer is put behind its header at {@code reply}. */
  static int serve(FuseOperations operations, RequestHeader request, long reply)
      throws IOException {
    long body = request.body();
    int argumentBytes = argumentBytes(body);
    if (argumentBytes < 0
        || argumentBytes > request.lengthBytes() - RequestHeader.BYTES - BODY_BYTES) {
      return -Errno.EINVAL.code();
    }
    long data = reply + REPLY_BYTES;
    IO.copyMemory(argument(body), data, argumentBytes);
    int bytes = FlagsIoctl.call(operations, request.node(), command(body), data, request.caller());
    IO.setMemory(reply, REPLY_BYTES, (byte) 0);
    return REPLY_BYTES + Math.min(bytes, answerBytes(body));
  }
}
