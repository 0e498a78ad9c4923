package org.distrifs.systemtests.conformance;

import static org.distrifs.fuse.driver.NativeMemory.IO;
import static org.distrifs.systemtests.conformance.Calls.BUFFER_BYTES;
import static org.distrifs.systemtests.conformance.Calls.bytes;
import static org.distrifs.systemtests.conformance.Calls.checkPath;
import static org.distrifs.systemtests.conformance.Calls.copy;
import static org.distrifs.systemtests.conformance.Calls.received;
import static org.distrifs.systemtests.conformance.Calls.shortened;
import static org.distrifs.systemtests.conformance.Calls.with;
import static org.distrifs.systemtests.conformance.Calls.withBuffer;
import static org.distrifs.systemtests.conformance.SystemCalls.LIBC;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The calls about extended attributes, as in {@link Calls}; none follows a symlink. */
final class XattrCalls {
  static final int XATTR_CREATE = 1;
  static final int XATTR_REPLACE = 2;

  private XattrCalls() {}

  static void setxattr(String path, String name, byte[] value, int flags) {
    withBuffer(
        Math.max(1, value.length),
        buffer -> {
          IO.putByteArray(buffer, value, 0, value.length);
          return with(
              name,
              nameAddress ->
                  checkPath(
                      "setxattr " + shortened(name),
                      path,
                      address ->
                          LIBC.lsetxattr(address, nameAddress, buffer, value.length, flags)));
        });
  }

  static void setxattr(String path, String name, String value) {
    setxattr(path, name, bytes(value), 0);
  }

  static byte[] getxattr(String path, String name, int capacityBytes) {
    byte[][] value = new byte[1][];
    withBuffer(
        Math.max(1, capacityBytes),
        buffer -> {
          long length =
              with(
                  name,
                  nameAddress ->
                      checkPath(
                          "getxattr " + shortened(name),
                          path,
                          address -> LIBC.lgetxattr(address, nameAddress, buffer, capacityBytes)));
          value[0] = capacityBytes == 0 ? new byte[(int) length] : copy(buffer, (int) length);
          return length;
        });
    return value[0];
  }

  static String getxattr(String path, String name) {
    return new String(getxattr(path, name, BUFFER_BYTES), StandardCharsets.ISO_8859_1);
  }

  static List<String> listxattr(String path) {
    String names =
        received(
            BUFFER_BYTES,
            buffer ->
                checkPath(
                    "listxattr", path, address -> LIBC.llistxattr(address, buffer, BUFFER_BYTES)));
    return names.isEmpty() ? List.of() : List.of(names.split("\0", 0));
  }

  static void removexattr(String path, String name) {
    with(
        name,
        nameAddress ->
            checkPath(
                "removexattr " + shortened(name),
                path,
                address -> LIBC.lremovexattr(address, nameAddress)));
  }
}
