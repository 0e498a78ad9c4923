package org.distrifs.proto.access;

import org.distrifs.proto.control.Caller;

/**
 * The set-user-id and set-group-id bits. A file loses them when an ordinary user changes its
 * contents, and when anybody changes its owner.
 */
public final class SetIdBits {
  private static final int SET_USER_ID = 04000;
  private static final int SET_GROUP_ID = 02000;
  private static final int GROUP_EXECUTE = 010;
  private static final int SUPER_USER = 0;

  private SetIdBits() {}

  /** Whether a mode has one of the two bits. */
  public static boolean areSet(int mode) {
    return (mode & (SET_USER_ID | SET_GROUP_ID)) != 0;
  }

  /**
   * A mode without the bits that are taken away when this caller changes the contents. On a file
   * that its group may not execute, set-group-id means locking, not privilege (inode(7)), and
   * members of the group keep it ({@code setattr_should_drop_sgid} in Linux, {@code fs/attr.c}).
   *
   * @param gid the file's group
   * @param caller with all its groups
   */
  public static int cleared(int mode, int gid, Caller caller) {
    int bits = mode & ~SET_USER_ID;
    boolean keeps = (mode & GROUP_EXECUTE) == 0 && isMember(caller, gid);
    return keeps ? bits : bits & ~SET_GROUP_ID;
  }

  private static boolean isMember(Caller caller, int gid) {
    return caller.getUid() == SUPER_USER
        || caller.getGid() == gid
        || caller.getGroupsList().contains(gid);
  }
}
