package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.proto.control.SetExtendedAttribute;
import org.distrifs.proto.error.Errno;

/**
 * The bodies of SETXATTR, GETXATTR and LISTXATTR, and the replies to the latter two: {@code struct
 * fuse_setxattr_in} as it is with SETXATTR_EXT, {@code fuse_getxattr_in} and {@code
 * fuse_getxattr_out}. A request for 0 bytes asks how many there are.
 *
 * <pre>
 * set:        0 uint32 size of the value   4 uint32 flags   8 uint32 setxattr_flags   16 name, value
 * get, list:  0 uint32 size of the buffer   8 the name of a GETXATTR
 * out:        0 uint32 size, 8 bytes; or the value or the list itself
 * </pre>
 */
final class XattrMessage {
  static final int SIZE_REPLY_BYTES = 8;

  private static final int NAME_OF_SET = 16;
  private static final int NAME_OF_GET = 8;

  /** Of {@code setxattr_flags}: setting this ACL takes the set-group-id bit away. */
  private static final int ACL_KILLS_SET_GROUP_ID = 1;

  private XattrMessage() {}

  static SetExtendedAttribute change(long body, long inode) {
    ByteString name = NativeMemory.name(body + NAME_OF_SET);
    byte[] value = new byte[IO.getInt(body)];
    IO.getByteArray(body + NAME_OF_SET + name.size() + 1, value, 0, value.length);
    return SetExtendedAttribute.newBuilder()
        .setInode(inode)
        .setName(name)
        .setValue(UnsafeByteOperations.unsafeWrap(value))
        .setFlags(IO.getInt(body + 4))
        .setClearSetGroupId((IO.getInt(body + 8) & ACL_KILLS_SET_GROUP_ID) != 0)
        .build();
  }

  static ByteString nameOfGet(long body) {
    return NativeMemory.name(body + NAME_OF_GET);
  }

  /**
   * Writes what was asked for, or its size.
   *
   * @return bytes of the reply, or the negative errno ERANGE when the kernel's buffer is too small
   */
  static int writeReply(long reply, long body, ByteString found) {
    int bufferBytes = IO.getInt(body);
    if (bufferBytes == 0) {
      IO.putInt(reply, found.size());
      IO.putInt(reply + 4, 0);
      return SIZE_REPLY_BYTES;
    }
    if (found.size() > bufferBytes) {
      return -Errno.ERANGE.code();
    }
    IO.putByteArray(reply, found.toByteArray(), 0, found.size());
    return found.size();
  }
}
