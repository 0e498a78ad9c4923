package org.distrifs.systemtests.conformance;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * An access control list as the value of an extended attribute ({@code posix_acl_xattr.h}): uint32
 * version 2, then entries of uint16 tag, uint16 permissions, uint32 id, in little endian.
 */
final class AclValue {
  static final String ACCESS = "system.posix_acl_access";
  static final String DEFAULT = "system.posix_acl_default";

  private static final int VERSION = 2;
  private static final int NO_ID = -1;
  private static final int USER_OBJECT = 1;
  private static final int USER = 2;
  private static final int GROUP_OBJECT = 4;
  private static final int GROUP = 8;
  private static final int MASK = 16;
  private static final int OTHER = 32;

  private record Entry(int tag, int permissions, int id) {}

  private final List<Entry> entries = new ArrayList<>();

  /** Entries have to be added in the order of their tags: as they are declared here. */
  AclValue owner(int permissions) {
    return with(USER_OBJECT, permissions, NO_ID);
  }

  AclValue user(int uid, int permissions) {
    return with(USER, permissions, uid);
  }

  AclValue owningGroup(int permissions) {
    return with(GROUP_OBJECT, permissions, NO_ID);
  }

  AclValue group(int gid, int permissions) {
    return with(GROUP, permissions, gid);
  }

  AclValue mask(int permissions) {
    return with(MASK, permissions, NO_ID);
  }

  AclValue other(int permissions) {
    return with(OTHER, permissions, NO_ID);
  }

  private AclValue with(int tag, int permissions, int id) {
    entries.add(new Entry(tag, permissions, id));
    return this;
  }

  byte[] bytes() {
    ByteBuffer value =
        ByteBuffer.allocate(4 + 8 * entries.size()).order(ByteOrder.LITTLE_ENDIAN).putInt(VERSION);
    for (Entry entry : entries) {
      value.putShort((short) entry.tag()).putShort((short) entry.permissions()).putInt(entry.id());
    }
    return value.array();
  }
}
