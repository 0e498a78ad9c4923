package org.distrifs.systemtests.conformance;

import static org.distrifs.fuse.driver.NativeMemory.IO;
import static org.distrifs.systemtests.conformance.Calls.AT_FDCWD;
import static org.distrifs.systemtests.conformance.Calls.checkPath;
import static org.distrifs.systemtests.conformance.Calls.copy;
import static org.distrifs.systemtests.conformance.Calls.withBuffer;
import static org.distrifs.systemtests.conformance.SystemCalls.LIBC;

/** What {@code name_to_handle_at(2)} makes of a path: {@code struct file_handle}. */
final class FileHandle {
  private static final int MAX_HANDLE_BYTES = 128;
  private static final int HEADER_BYTES = 8;

  private final byte[] handle;

  private FileHandle(byte[] handle) {
    this.handle = handle;
  }

  static FileHandle of(String path) {
    byte[][] made = new byte[1][];
    withBuffer(
        HEADER_BYTES + MAX_HANDLE_BYTES + Integer.BYTES,
        buffer -> {
          IO.putInt(buffer, MAX_HANDLE_BYTES);
          long mount = buffer + HEADER_BYTES + MAX_HANDLE_BYTES;
          long result =
              checkPath(
                  "name_to_handle_at",
                  path,
                  address -> LIBC.name_to_handle_at(AT_FDCWD, address, buffer, mount, 0));
          made[0] = copy(buffer, HEADER_BYTES + IO.getInt(buffer));
          return result;
        });
    return new FileHandle(made[0]);
  }

  /**
   * See {@code open_by_handle_at(2)}.
   *
   * @param path in the same file system
   */
  int open(String path, int flags) {
    int mount = Calls.open(path, Calls.O_RDONLY);
    try {
      return (int)
          withBuffer(
              handle.length,
              buffer -> {
                IO.putByteArray(buffer, handle, 0, handle.length);
                return Calls.opened(
                    "open_by_handle_at", LIBC.open_by_handle_at(mount, buffer, flags));
              });
    } finally {
      Calls.close(mount);
    }
  }
}
