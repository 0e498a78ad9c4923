package org.distrifs.master.namespace;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;

/**
 * The dentries that name an inode, so that a path can be told from an inode. The first stands in
 * the inode itself; only those with hard links have a list here.
 */
final class LinkNames {

  private final InodeTable inodes;
  private final Int2ObjectOpenHashMap<IntArrayList> others = new Int2ObjectOpenHashMap<>();

  LinkNames(InodeTable inodes) {
    this.inodes = inodes;
  }

  void add(int inode, int dentry) {
    if (inodes.dentry(inode) == 0) {
      inodes.setDentry(inode, dentry);
    } else {
      others.computeIfAbsent(inode, any -> new IntArrayList(1)).add(dentry);
    }
  }

  void remove(int inode, int dentry) {
    IntArrayList list = others.get(inode);
    if (inodes.dentry(inode) == dentry) {
      inodes.setDentry(inode, list == null ? 0 : list.removeInt(list.size() - 1));
    } else if (list == null || !list.rem(dentry)) {
      throw new IllegalStateException("dentry " + dentry + " does not name inode slot " + inode);
    }
    if (list != null && list.isEmpty()) {
      others.remove(inode);
    }
  }
}
