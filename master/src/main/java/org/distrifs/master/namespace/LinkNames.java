package org.distrifs.master.namespace;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.function.IntPredicate;

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

  /** Whether a dentry that names the inode has a property; no more than {@code limit} are asked. */
  boolean anyMatch(int inode, int limit, IntPredicate property) {
    IntArrayList list = others.get(inode);
    int further = list == null ? 0 : Math.min(list.size(), limit - 1);
    boolean matches = property.test(inodes.dentry(inode));
    for (int index = 0; index < further && !matches; index++) {
      matches = property.test(list.getInt(index));
    }
    return matches;
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
