package org.distrifs.fuse.memory;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How setting an access ACL changes a mode: {@code struct posix_acl_xattr_header}, 4 bytes, and
 * entries of 16 bits of tag, 16 of permissions and 32 of id ({@code
 * include/uapi/linux/posix_acl_xattr.h}).
 */
final class AccessAcl {
  static final ByteString NAME = ByteString.copyFromUtf8("system.posix_acl_access");

  private static final int HEADER_BYTES = 4;
  private static final int USER_OBJECT = 0x01;
  private static final int GROUP_OBJECT = 0x04;
  private static final int MASK = 0x10;
  private static final int OTHER = 0x20;
  private static final int PERMISSION_BITS = 0777;

  private int user;
  private int group;
  private int other;
  private int mask = -1;

  AccessAcl(ByteString value) {
    ByteBuffer entries = value.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    entries.position(HEADER_BYTES);
    while (entries.hasRemaining()) {
      int tag = entries.getShort();
      int permissions = entries.getShort();
      entries.getInt();
      switch (tag) {
        case USER_OBJECT -> user = permissions;
        case GROUP_OBJECT -> group = permissions;
        case MASK -> mask = permissions;
        case OTHER -> other = permissions;
        default -> {
          // An entry of a named user or group. Such an ACL has a mask, too.
        }
      }
    }
  }

  /** Whether the ACL says no more than a mode does. */
  boolean isMinimal() {
    return mask < 0;
  }

  int mode(int before) {
    return before & ~PERMISSION_BITS | user << 6 | (isMinimal() ? group : mask) << 3 | other;
  }
}
