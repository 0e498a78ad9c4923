package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

/**
 * The body of COPY_FILE_RANGE and COPY_FILE_RANGE_64, whose node is the source: {@code struct
 * fuse_copy_file_range_in}.
 *
 * <pre>
 *  0 uint64 fh_in    8 uint64 off_in   16 uint64 nodeid_out   24 uint64 fh_out
 * 32 uint64 off_out 40 uint64 len      48 uint64 flags
 * </pre>
 *
 * <p>The reply to the former is that to a WRITE; to the latter {@code struct
 * fuse_copy_file_range_out}: 0 uint64 bytes_copied, 8 bytes.
 */
final class CopyRequest {
  static final int REPLY_64_BYTES = 8;

  private CopyRequest() {}

  static long sourceHandle(long body) {
    return IO.getLong(body);
  }

  static long sourceOffset(long body) {
    return IO.getLong(body + 8);
  }

  static long targetNode(long body) {
    return IO.getLong(body + 16);
  }

  static long targetHandle(long body) {
    return IO.getLong(body + 24);
  }

  static long targetOffset(long body) {
    return IO.getLong(body + 32);
  }

  static long length(long body) {
    return IO.getLong(body + 40);
  }

  static long flags(long body) {
    return IO.getLong(body + 48);
  }

  static int writeReply64(long reply, long copiedBytes) {
    IO.putLong(reply, copiedBytes);
    return REPLY_64_BYTES;
  }
}
