package org.distrifs.fuse.operations;

/**
 * The set-user-id and set-group-id bits, which a change of a file's contents by an ordinary user
 * takes away. The latter means locking, not privilege, on a file that its group may not execute,
 * and stays there (inode(7)).
 */
final class SetIdBits {
  private static final int SET_USER_ID = 04000;
  private static final int SET_GROUP_ID = 02000;
  private static final int GROUP_EXECUTE = 010;
  private static final int PERMISSION_BITS = 07777;

  private SetIdBits() {}

  static boolean areSet(int mode) {
    return cleared(mode) != (mode & PERMISSION_BITS);
  }

  /** The permission bits without them. */
  static int cleared(int mode) {
    int bits = mode & PERMISSION_BITS & ~SET_USER_ID;
    return (bits & GROUP_EXECUTE) != 0 ? bits & ~SET_GROUP_ID : bits;
  }
}
