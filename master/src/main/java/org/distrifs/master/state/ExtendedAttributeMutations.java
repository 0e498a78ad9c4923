package org.distrifs.master.state;

import com.google.protobuf.ByteString;
import org.distrifs.master.acl.PosixAcl;
import org.distrifs.master.namespace.ExtendedAttributeTable;
import org.distrifs.master.namespace.FileMode;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.RemoveExtendedAttribute;
import org.distrifs.proto.control.SetExtendedAttribute;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.xattr.AttributeNames;

/** The mutations of extended attributes, those that are ACLs among them. */
final class ExtendedAttributeMutations {

  // setxattr(2)
  private static final int XATTR_CREATE = 1;
  private static final int XATTR_REPLACE = 2;

  private final InodeTable inodes;
  private final ExtendedAttributeTable attributes;
  private final InodeResolver resolver;
  private final AccessControl access;
  private final Replies replies;

  ExtendedAttributeMutations(
      Namespace namespace, InodeResolver resolver, AccessControl access, Replies replies) {
    this.inodes = namespace.inodes();
    this.attributes = namespace.extendedAttributes();
    this.resolver = resolver;
    this.access = access;
    this.replies = replies;
  }

  OperationReply set(Mutation mutation, SetExtendedAttribute set) {
    int inode = resolver.any(set.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    if (access.isProtected(inode)) {
      return Replies.error(Errno.EPERM);
    }
    int badName = AttributeNames.check(set.getName());
    if (badName != 0) {
      return Replies.error(badName);
    }
    if (AttributeNames.isAcl(set.getName())) {
      int errno = setAcl(inode, set);
      return errno != 0 ? Replies.error(errno) : changed(mutation, inode);
    }
    byte[] before = attributes.get(inode, set.getName().toByteArray());
    int errno = setPlain(inode, set, before != null);
    if (errno != 0) {
      return Replies.error(errno);
    }
    // As in ext4, the same value once more is no change.
    boolean isSame = before != null && set.getValue().equals(ByteString.copyFrom(before));
    return isSame ? replies.of(inode).build() : changed(mutation, inode);
  }

  private int setPlain(int inode, SetExtendedAttribute set, boolean exists) {
    int flags = set.getFlags();
    if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) != 0) {
      return Errno.EINVAL.code();
    }
    if (exists && (flags & XATTR_CREATE) != 0) {
      return Errno.EEXIST.code();
    }
    if (!exists && (flags & XATTR_REPLACE) != 0) {
      return Errno.ENODATA.code();
    }
    return store(inode, set.getName().toByteArray(), set.getValue());
  }

  private int setAcl(int inode, SetExtendedAttribute set) {
    if (FileMode.isSymlink(inodes.mode(inode))) {
      return Errno.EOPNOTSUPP.code();
    }
    int invalid = PosixAcl.check(set.getValue());
    if (invalid != 0) {
      return invalid;
    }
    PosixAcl acl = PosixAcl.of(set.getValue());
    byte[] name = set.getName().toByteArray();
    if (acl.isEmpty()) {
      attributes.remove(inode, name);
      return 0;
    }
    if (set.getName().equals(AttributeNames.DEFAULT_ACL)) {
      return inodes.isDirectory(inode) ? store(inode, name, set.getValue()) : Errno.EACCES.code();
    }
    boolean hasRoom = access.setAccessAcl(inode, acl, set.getClearSetGroupId());
    return hasRoom ? 0 : Errno.ENOSPC.code();
  }

  private int store(int inode, byte[] name, ByteString value) {
    return attributes.set(inode, name, value.toByteArray()) ? 0 : Errno.ENOSPC.code();
  }

  OperationReply remove(Mutation mutation, RemoveExtendedAttribute remove) {
    int inode = resolver.any(remove.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    if (access.isProtected(inode)) {
      return Replies.error(Errno.EPERM);
    }
    int badName = AttributeNames.check(remove.getName());
    if (badName != 0) {
      return Replies.error(badName);
    }
    if (attributes.remove(inode, remove.getName().toByteArray())) {
      return changed(mutation, inode);
    }
    return AttributeNames.isAcl(remove.getName())
        ? replies.of(inode).build()
        : Replies.error(Errno.ENODATA);
  }

  private OperationReply changed(Mutation mutation, int inode) {
    inodes.setCtime(inode, mutation.time());
    inodes.countChange(inode);
    return replies.of(inode).build();
  }
}
