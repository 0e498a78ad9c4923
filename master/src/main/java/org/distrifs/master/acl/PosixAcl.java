package org.distrifs.master.acl;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.distrifs.proto.error.Errno;

/**
 * An access control list as the value of an extended attribute ({@code
 * include/uapi/linux/posix_acl_xattr.h}), little-endian. Immutable.
 *
 * <pre>
 * 0 uint32 version, 2      4 the entries, 8 bytes each:
 *                          0 uint16 tag   2 uint16 permissions, rwx   4 uint32 id of user or group
 * </pre>
 *
 * <p>Entries come in the order of their tags: the owner; users; the owning group; groups; the mask,
 * which there must be if users or groups are named; all others. Owner, mask and others are the
 * permission bits of the file's mode under another name; without a mask it is the owning group.
 */
public final class PosixAcl {

  /** Bytes at most: the kernel reads no longer one through FUSE ({@code fs/fuse/acl.c}). */
  public static final int MAX_BYTES = 4096;

  private static final int VERSION = 2;
  private static final int HEADER_BYTES = 4;
  private static final int ENTRY_BYTES = 8;
  private static final int PERMISSIONS = 2;
  private static final int ID = 4;

  private static final int OWNER = 1;
  private static final int USER = 2;
  private static final int OWNING_GROUP = 4;
  private static final int GROUP = 8;
  private static final int MASK = 0x10;
  private static final int OTHERS = 0x20;

  private static final int NO_ID = -1;
  private static final int RWX = 7;

  private final byte[] value;

  private PosixAcl(byte[] value) {
    this.value = value;
  }

  /**
   * 0, or the errno that Linux refuses a value with: EINVAL, EOPNOTSUPP for another version, or
   * E2BIG. An ACL of no entries is valid, and means that there is none.
   */
  public static int check(ByteString value) {
    if (value.size() > MAX_BYTES) {
      return Errno.E2BIG.code();
    }
    if (value.size() < HEADER_BYTES) {
      return Errno.EINVAL.code();
    }
    PosixAcl acl = of(value);
    if (acl.view().getInt(0) != VERSION) {
      return Errno.EOPNOTSUPP.code();
    }
    boolean whole = (value.size() - HEADER_BYTES) % ENTRY_BYTES == 0;
    return whole && (acl.isEmpty() || acl.hasValidEntries()) ? 0 : Errno.EINVAL.code();
  }

  /**
   * @param value one that {@link #check} has found valid
   */
  public static PosixAcl of(ByteString value) {
    return new PosixAcl(value.toByteArray());
  }

  public ByteString value() {
    return ByteString.copyFrom(value);
  }

  /** Whether it has no entries. */
  public boolean isEmpty() {
    return value.length == HEADER_BYTES;
  }

  /** Whether it says no more than permission bits do. */
  public boolean isEquivalentToMode() {
    return entry(MASK) < 0 && entry(USER) < 0 && entry(GROUP) < 0;
  }

  /** The permission bits of owner, group and others that it stands for. */
  public int permissionBits() {
    return permissions(entry(OWNER)) << 6
        | permissions(groupClass()) << 3
        | permissions(entry(OTHERS));
  }

  /** It with the permission bits of a mode: what chmod(2) makes of it. */
  public PosixAcl withPermissionBits(int mode) {
    PosixAcl changed = new PosixAcl(value.clone());
    changed.setPermissions(entry(OWNER), mode >> 6);
    changed.setPermissions(groupClass(), mode >> 3);
    changed.setPermissions(entry(OTHERS), mode);
    return changed;
  }

  /**
   * The access ACL of what is made, with a mode, in a directory with this default ACL: each side
   * takes away what the other does not grant.
   */
  public PosixAcl inheritedWith(int mode) {
    return withPermissionBits(permissionBits() & mode);
  }

  /** The entry that the mode's group bits stand for. */
  private int groupClass() {
    int mask = entry(MASK);
    return mask >= 0 ? mask : entry(OWNING_GROUP);
  }

  /** Where the first entry of a tag lies, or -1. */
  private int entry(int tag) {
    for (int at = HEADER_BYTES; at < value.length; at += ENTRY_BYTES) {
      if (view().getShort(at) == tag) {
        return at;
      }
    }
    return -1;
  }

  private int permissions(int at) {
    return view().getShort(at + PERMISSIONS);
  }

  private void setPermissions(int at, int bits) {
    view().putShort(at + PERMISSIONS, (short) (bits & RWX));
  }

  private boolean hasValidEntries() {
    int before = 0;
    boolean needsMask = false;
    boolean hasMask = false;
    for (int at = HEADER_BYTES; at < value.length; at += ENTRY_BYTES) {
      int tag = view().getShort(at);
      boolean isNamed = tag == USER || tag == GROUP;
      if ((permissions(at) & ~RWX) != 0
          || (isNamed && view().getInt(at + ID) == NO_ID)
          || !mayFollow(before, tag)) {
        return false;
      }
      needsMask |= isNamed;
      hasMask |= tag == MASK;
      before = tag;
    }
    return before == OTHERS && (hasMask || !needsMask);
  }

  /** Owner, owning group and others must be there, and nothing but users and groups twice. */
  private static boolean mayFollow(int before, int tag) {
    return switch (tag) {
      case OWNER -> before == 0;
      case USER, OWNING_GROUP -> before == OWNER || before == USER;
      case GROUP, MASK -> before == OWNING_GROUP || before == GROUP;
      case OTHERS -> before == OWNING_GROUP || before == GROUP || before == MASK;
      default -> false;
    };
  }

  private ByteBuffer view() {
    return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
  }
}
