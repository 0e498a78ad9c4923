package org.distrifs.master.acl;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** ACLs in the short form of getfacl(1): {@code u::rw-,u:1000:r--,g::r--,m::rw-,o::---}. */
public final class AclText {
  private static final String KINDS = "ugmo";
  private static final int[] TAGS_WITHOUT_ID = {1, 4, 0x10, 0x20};
  private static final int[] TAGS_WITH_ID = {2, 8};

  private AclText() {}

  /** The value of the extended attribute. It is not checked. */
  public static ByteString parse(String text) {
    String[] entries = text.isEmpty() ? new String[0] : text.split(",");
    ByteBuffer value = ByteBuffer.allocate(4 + 8 * entries.length).order(ByteOrder.LITTLE_ENDIAN);
    value.putInt(2);
    for (String entry : entries) {
      String[] parts = entry.split(":");
      int kind = KINDS.indexOf(parts[0].charAt(0));
      boolean hasId = !parts[1].isEmpty();
      value.putShort((short) (hasId ? TAGS_WITH_ID : TAGS_WITHOUT_ID)[kind]);
      value.putShort((short) permissions(parts[2]));
      value.putInt(hasId ? Integer.parseInt(parts[1]) : -1);
    }
    return ByteString.copyFrom(value.array());
  }

  private static int permissions(String rwx) {
    int bits = 0;
    for (int i = 0; i < 3; i++) {
      bits = bits << 1 | (rwx.charAt(i) == '-' ? 0 : 1);
    }
    return bits;
  }
}
