package org.distrifs.master.state;

import com.google.protobuf.ByteString;
import org.distrifs.master.acl.PosixAcl;
import org.distrifs.master.namespace.ExtendedAttributeTable;
import org.distrifs.master.namespace.FileMode;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.proto.access.InodeFlags;
import org.distrifs.proto.access.SetIdBits;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.xattr.AttributeNames;

/**
 * How permission bits, access control lists and what gives privileges hang together, as ext4 has
 * it. Whether somebody may do something is the business of the client's kernel. Nothing here moves
 * ctime or the change counter.
 */
final class AccessControl {
  private static final byte[] ACCESS = AttributeNames.ACCESS_ACL.toByteArray();
  private static final byte[] DEFAULT = AttributeNames.DEFAULT_ACL.toByteArray();
  private static final byte[] CAPABILITY = AttributeNames.CAPABILITY.toByteArray();

  private final InodeTable inodes;
  private final ExtendedAttributeTable attributes;

  /**
   * What an inode begins with.
   *
   * @param mode its type, and the permission bits that are left
   * @param accessAcl null for none
   * @param defaultAcl null for none
   */
  record Inheritance(int mode, byte[] accessAcl, byte[] defaultAcl) {}

  AccessControl(Namespace namespace) {
    this.inodes = namespace.inodes();
    this.attributes = namespace.extendedAttributes();
  }

  /**
   * What an inode that is made in a directory inherits.
   *
   * @param mode its type, and the permission bits that were asked for
   * @param umask counts only if the directory has no default ACL
   */
  Inheritance inheritance(int directory, int mode, int umask) {
    byte[] inherited = attributes.get(directory, DEFAULT);
    if (inherited == null) {
      return new Inheritance(mode & ~(umask & FileMode.RWX_OF_ALL), null, null);
    }
    PosixAcl access = PosixAcl.of(ByteString.copyFrom(inherited)).inheritedWith(mode);
    return new Inheritance(
        mode & ~FileMode.RWX_OF_ALL | access.permissionBits(),
        access.isEquivalentToMode() ? null : access.value().toByteArray(),
        FileMode.isDirectory(mode) ? inherited : null);
  }

  /** Whether the ACLs of a new inode have room. */
  boolean hasRoomFor(Inheritance inheritance) {
    int acls = 0;
    long bytes = 0;
    if (inheritance.accessAcl() != null) {
      acls++;
      bytes += ACCESS.length + inheritance.accessAcl().length;
    }
    if (inheritance.defaultAcl() != null) {
      acls++;
      bytes += DEFAULT.length + inheritance.defaultAcl().length;
    }
    return acls == 0 || attributes.hasRoomFor(acls, bytes);
  }

  /** Gives a new inode its ACLs, for which there is room. */
  void inherit(int inode, Inheritance inheritance) {
    if (inheritance.accessAcl() != null) {
      attributes.set(inode, ACCESS, inheritance.accessAcl());
    }
    if (inheritance.defaultAcl() != null) {
      attributes.set(inode, DEFAULT, inheritance.defaultAcl());
    }
  }

  /** Sets the permission bits, and in the access ACL what stands for them. */
  void changeMode(int inode, int permissions) {
    inodes.setPermissions(inode, permissions);
    byte[] acl = attributes.get(inode, ACCESS);
    if (acl != null) {
      PosixAcl changed = PosixAcl.of(ByteString.copyFrom(acl)).withPermissionBits(permissions);
      attributes.set(inode, ACCESS, changed.value().toByteArray());
    }
  }

  /**
   * Sets the access ACL and the permission bits that it stands for; one that says no more than they
   * do is not kept.
   *
   * @return false if there is no room, and nothing has changed
   */
  boolean setAccessAcl(int inode, PosixAcl acl, boolean clearsSetGroupId) {
    if (acl.isEquivalentToMode()) {
      attributes.remove(inode, ACCESS);
    } else if (!attributes.set(inode, ACCESS, acl.value().toByteArray())) {
      return false;
    }
    int kept = inodes.mode(inode) & ~FileMode.RWX_OF_ALL;
    int special = clearsSetGroupId ? kept & ~FileMode.SET_GID : kept;
    inodes.setPermissions(inode, special | acl.permissionBits());
    return true;
  }

  /** Takes away those of set-user-id and set-group-id that a caller may not keep. */
  void clearSetIdBits(int inode, Caller caller) {
    if (!inodes.isDirectory(inode)) {
      int mode = inodes.mode(inode);
      inodes.setPermissions(inode, SetIdBits.cleared(mode, inodes.gid(inode), caller));
    }
  }

  /**
   * Whether inode flags let attributes be changed so, and whether flags may be set so: 0, or an
   * errno. As in ext4, they bind root too, and of an append-only file both times may be set to now.
   */
  int checkFlags(int inode, SetAttributes set) {
    if (set.hasInodeFlags()) {
      return checkNewFlags(inode, set);
    }
    int flags = inodes.flags(inode);
    boolean describes =
        set.hasMode() || set.hasUid() || set.hasGid() || set.hasSize() || namesTimes(set);
    boolean forbidden =
        InodeFlags.isImmutable(flags) || InodeFlags.isAppendOnly(flags) && describes;
    return forbidden ? Errno.EPERM.code() : 0;
  }

  private int checkNewFlags(int inode, SetAttributes set) {
    if (!inodes.isRegular(inode) && !inodes.isDirectory(inode)) {
      return Errno.EOPNOTSUPP.code();
    }
    if ((set.getInodeFlags() & ~InodeFlags.ALL) != 0) {
      return Errno.EOPNOTSUPP.code();
    }
    SetAttributes flagsAlone =
        SetAttributes.newBuilder()
            .setInode(set.getInode())
            .setInodeFlags(set.getInodeFlags())
            .build();
    return set.equals(flagsAlone) ? 0 : Errno.EINVAL.code();
  }

  /** Whether it sets times other than both to now, which is all that touch(1) asks for. */
  private static boolean namesTimes(SetAttributes set) {
    boolean bothNow = set.getAtime().getNow() && set.getMtime().getNow();
    return (set.hasAtime() || set.hasMtime()) && !bothNow;
  }

  /** Whether flags forbid that an inode is described anew, by its extended attributes for one. */
  boolean isProtected(int inode) {
    return InodeFlags.isProtected(inodes.flags(inode));
  }

  /** The inode was changed: it is not any more the program that was given the capability. */
  void dropCapability(int inode) {
    attributes.remove(inode, CAPABILITY);
  }
}
