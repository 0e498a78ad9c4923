package org.distrifs.proto.xattr;

import com.google.protobuf.ByteString;
import java.util.List;
import org.distrifs.proto.error.Errno;

/**
 * The names of extended attributes: each has a namespace and a name within it (xattr(7)). The
 * kernel of the caller decides who may use which namespace.
 */
public final class AttributeNames {

  /** XATTR_NAME_MAX of Linux, the namespace included. */
  public static final int MAX_BYTES = 255;

  /** The access ACL of a file (acl(5)). */
  public static final ByteString ACCESS_ACL = ByteString.copyFromUtf8("system.posix_acl_access");

  /** The default ACL of a directory: the ACL with which new entries begin (acl(5)). */
  public static final ByteString DEFAULT_ACL = ByteString.copyFromUtf8("system.posix_acl_default");

  /**
   * The capabilities that a program gets when it is run (capabilities(7)). A change of the file
   * takes the attribute away.
   */
  public static final ByteString CAPABILITY = ByteString.copyFromUtf8("security.capability");

  private static final ByteString TRUSTED = ByteString.copyFromUtf8("trusted.");

  private static final List<ByteString> OPEN_NAMESPACES =
      List.of(ByteString.copyFromUtf8("user."), TRUSTED, ByteString.copyFromUtf8("security."));

  private AttributeNames() {}

  /**
   * 0, or the errno that ext4 refuses a name with: ERANGE for its length, EOPNOTSUPP for a
   * namespace that is not known, EINVAL for a namespace alone or a NUL.
   */
  public static int check(ByteString name) {
    if (name.isEmpty() || name.size() > MAX_BYTES) {
      return Errno.ERANGE.code();
    }
    if (isAcl(name)) {
      return 0;
    }
    for (ByteString namespace : OPEN_NAMESPACES) {
      if (name.startsWith(namespace)) {
        boolean names = name.size() > namespace.size() && !hasNul(name);
        return names ? 0 : Errno.EINVAL.code();
      }
    }
    return Errno.EOPNOTSUPP.code();
  }

  /** Whether it names one of the two ACLs, whose values are checked and take effect. */
  public static boolean isAcl(ByteString name) {
    return name.equals(ACCESS_ACL) || name.equals(DEFAULT_ACL);
  }

  /** Whether only the superuser may see it. */
  public static boolean isTrusted(ByteString name) {
    return name.startsWith(TRUSTED);
  }

  private static boolean hasNul(ByteString name) {
    for (int i = 0; i < name.size(); i++) {
      if (name.byteAt(i) == 0) {
        return true;
      }
    }
    return false;
  }
}
