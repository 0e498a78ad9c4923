package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import org.distrifs.fuse.driver.RequestHeader;

/**
 * The kernel numbers the root of every mount 1 ({@code FUSE_ROOT_ID}), whichever directory that is;
 * all other nodes are inodes. Requests that come from the kernel are changed to name the inode.
 * Only the answer to a LOOKUP of ".." names the root as a node: no other name in the mount leads to
 * it. Its {@code st_ino} is the inode's number.
 */
final class RootNode {
  static final long NODE = 1;

  private final long inode;

  RootNode(long inode) {
    this.inode = inode;
  }

  /** Changes a request, in the buffer in which it lies. */
  void enter(RequestHeader request) {
    if (request.node() == NODE) {
      request.redirect(inode);
    }
    int opcode = request.opcode();
    // struct fuse_rename_in and fuse_rename2_in begin with the node of the new directory.
    if ((opcode == Opcode.RENAME || opcode == Opcode.RENAME2)
        && IO.getLong(request.body()) == NODE) {
      IO.putLong(request.body(), inode);
    }
  }
}
