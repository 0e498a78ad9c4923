package org.distrifs.master.namespace;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;
import org.distrifs.master.table.ByteHeap;
import org.distrifs.master.table.OrderedIndex;
import org.distrifs.proto.access.InodeFlags;
import org.distrifs.proto.error.Errno;

/**
 * The tree of directories, with the rules by which names come and go (as ext4 has them), inode
 * flags among them. Permissions and sticky bits are the business of the client's kernel.
 *
 * <p>Methods take slots of inodes. Those that answer an {@code int} errno have done nothing unless
 * it is 0. An inode that loses its last name stays as an orphan: whoever has it open goes on.
 */
public final class Namespace {

  /** Links of a file at most (EXT4_LINK_MAX). Directories may have more. */
  public static final int MAX_LINKS = 65_000;

  /** Names of a file that are followed upwards at most, to see whether it is below a directory. */
  private static final int MAX_NAMES_FOLLOWED = 1_024;

  private final InodeTable inodes = new InodeTable();
  private final DentryTable dentries = new DentryTable();
  private final ByteHeap targets = new ByteHeap();
  private final ExtendedAttributeTable extendedAttributes = new ExtendedAttributeTable();
  private final SparseFiles sparseFiles = new SparseFiles();
  private final LinkNames names = new LinkNames(inodes);
  private final IntConsumer onOrphan;
  private final IntConsumer onFirstName;
  private boolean replacesInPlace;
  private int root;
  private int directories;
  private int orphans;

  /** One entry of a listing. */
  public record Entry(byte[] name, long cookie, int inode) {}

  /**
   * @param onOrphan told of each inode that lost its last name, or was made without one
   * @param onFirstName told of each inode made without a name that has got one
   */
  public Namespace(IntConsumer onOrphan, IntConsumer onFirstName) {
    this.onOrphan = onOrphan;
    this.onFirstName = onFirstName;
  }

  /** Makes the root directory; before that nothing else may be called. */
  public void makeRoot(int permissions, int uid, int gid, long time) {
    root = inodes.create(FileMode.DIRECTORY | permissions, uid, gid, time);
    inodes.setNlink(root, 2);
    directories++;
  }

  /** From now on a rename over a name leaves the name its cookie. */
  public void replaceInPlace() {
    replacesInPlace = true;
  }

  public InodeTable inodes() {
    return inodes;
  }

  public ExtendedAttributeTable extendedAttributes() {
    return extendedAttributes;
  }

  public SparseFiles sparseFiles() {
    return sparseFiles;
  }

  /** Directories with a name, and the root. */
  public int directories() {
    return directories;
  }

  /** Inodes without a name. */
  public int orphans() {
    return orphans;
  }

  /** The inode that a name leads to, or 0. */
  public int lookup(int directory, byte[] name) {
    int dentry = dentries.find(directory, name);
    return dentry == 0 ? 0 : dentries.inode(dentry);
  }

  /** Whether a directory was removed: nothing can be found or made in it. */
  public boolean isRemoved(int inode) {
    return inodes.nlink(inode) == 0;
  }

  /** The directory above; of the root, and of a removed one, itself. */
  public int parentOf(int directory) {
    int dentry = inodes.dentry(directory);
    return dentry == 0 ? directory : dentries.parent(dentry);
  }

  /**
   * Whether a path leads from a directory to an inode, the directory itself or another. Of the
   * names of a file with more hard links than {@value #MAX_NAMES_FOLLOWED}, only so many are
   * followed.
   */
  public boolean leadsTo(int directory, int inode) {
    if (inode == directory) {
      return true;
    }
    if (inodes.nlink(inode) == 0) {
      return false;
    }
    if (directory == root) {
      return true; // Whatever has a name.
    }
    return inodes.isDirectory(inode)
        ? isWithin(inode, directory)
        : names.anyMatch(
            inode, MAX_NAMES_FOLLOWED, dentry -> isWithin(dentries.parent(dentry), directory));
  }

  /**
   * Entries of a directory from behind a cookie on.
   *
   * @param afterCookie 0 for the first
   * @param lastCookie entries of higher cookies, which were made later, are left out
   */
  public Listing list(int directory, long afterCookie, long lastCookie) {
    return new Listing(directory, lastCookie, dentries.behind(directory, afterCookie));
  }

  /** The highest cookie that an entry of any directory has got so far; 0 before the first. */
  public long newestCookie() {
    return dentries.lastCookie();
  }

  /** Entries of one directory in their order. Good until the next change. */
  public final class Listing {
    private final int directory;
    private final long lastCookie;
    private final OrderedIndex.Cursor cursor;

    private Listing(int directory, long lastCookie, OrderedIndex.Cursor cursor) {
      this.directory = directory;
      this.lastCookie = lastCookie;
      this.cursor = cursor;
    }

    /** The next entry, or null after the last. */
    public Entry next() {
      int dentry = cursor.next();
      if (dentry == 0 || dentries.parent(dentry) != directory) {
        return null;
      }
      long cookie = dentries.cookie(dentry);
      return cookie > lastCookie
          ? null
          : new Entry(dentries.name(dentry), cookie, dentries.inode(dentry));
    }
  }

  /** 0 if an inode can be made and named in the directory under a name that is not there. */
  public int checkRoom(int directory) {
    if (isRemoved(directory)) {
      return Errno.ENOENT.code();
    }
    if (InodeFlags.isImmutable(inodes.flags(directory))) {
      return Errno.EPERM.code();
    }
    return inodes.isFull() || dentries.isFull() ? Errno.ENOSPC.code() : 0;
  }

  /** Makes an inode of any type and names it, after {@link #checkRoom}; answers its slot. */
  public int make(int directory, byte[] name, int mode, int uid, int gid, long time) {
    boolean isDirectory = FileMode.isDirectory(mode);
    int inode = create(directory, mode, uid, gid, time);
    if (isDirectory) {
      directories++;
    }
    inodes.setNlink(inode, isDirectory ? 2 : 1);
    enter(directory, name, inode);
    touch(directory, time);
    return inode;
  }

  /**
   * Makes a file without a name, after {@link #checkRoom}; answers its slot.
   *
   * @param directory whose group it inherits as if it were made there
   * @param mayBeNamed whether {@link #link} may give it its first name
   */
  public int makeUnnamed(int directory, int mode, int uid, int gid, long time, boolean mayBeNamed) {
    int inode = create(directory, mode, uid, gid, time);
    inodes.setAwaitsName(inode, mayBeNamed);
    orphans++;
    onOrphan.accept(inode);
    return inode;
  }

  /** An inode that belongs to whom it does when it is made in a directory. */
  private int create(int directory, int mode, int uid, int gid, long time) {
    boolean inherits = (inodes.mode(directory) & FileMode.SET_GID) != 0;
    int ownMode = inherits && FileMode.isDirectory(mode) ? mode | FileMode.SET_GID : mode;
    int inode = inodes.create(ownMode, uid, inherits ? inodes.gid(directory) : gid, time);
    inodes.setFlags(inode, InodeFlags.inherited(inodes.flags(directory)));
    return inode;
  }

  /** Makes a symlink, after {@link #checkRoom}. */
  public int makeSymlink(int directory, byte[] name, byte[] target, int uid, int gid, long time) {
    int inode = make(directory, name, FileMode.SYMLINK | 0777, uid, gid, time);
    inodes.setPayload(inode, targets.add(target));
    inodes.setSize(inode, target.length);
    return inode;
  }

  /** The target of a symlink. */
  public byte[] target(int symlink) {
    return targets.get((int) inodes.payload(symlink));
  }

  /** Gives a file one more name, or one that awaits it its first. */
  public int link(int inode, int directory, byte[] name, long time) {
    if (dentries.find(directory, name) != 0) {
      return Errno.EEXIST.code();
    }
    int noRoom = checkRoom(directory);
    if (noRoom != 0) {
      return noRoom;
    }
    if (inodes.isDirectory(inode) || InodeFlags.isProtected(inodes.flags(inode))) {
      return Errno.EPERM.code();
    }
    boolean isFirst = inodes.awaitsName(inode);
    if (inodes.nlink(inode) == 0 && !isFirst) {
      return Errno.ENOENT.code();
    }
    if (inodes.nlink(inode) >= MAX_LINKS) {
      return Errno.EMLINK.code();
    }
    inodes.setNlink(inode, inodes.nlink(inode) + 1);
    if (isFirst) {
      inodes.setAwaitsName(inode, false);
      orphans--;
      onFirstName.accept(inode);
    }
    enter(directory, name, inode);
    touchInode(inode, time);
    touch(directory, time);
    return 0;
  }

  /** Removes a name of what is not a directory. */
  public int unlink(int directory, byte[] name, long time) {
    int dentry = dentries.find(directory, name);
    if (dentry == 0) {
      return Errno.ENOENT.code();
    }
    int inode = dentries.inode(dentry);
    if (mustKeep(directory, inode)) {
      return Errno.EPERM.code();
    }
    if (inodes.isDirectory(inode)) {
      return Errno.EISDIR.code();
    }
    leave(dentry);
    dropLink(inode, time);
    touch(directory, time);
    return 0;
  }

  /** Removes an empty directory. */
  public int removeDirectory(int directory, byte[] name, long time) {
    int dentry = dentries.find(directory, name);
    if (dentry == 0) {
      return Errno.ENOENT.code();
    }
    int inode = dentries.inode(dentry);
    if (mustKeep(directory, inode)) {
      return Errno.EPERM.code();
    }
    if (!inodes.isDirectory(inode)) {
      return Errno.ENOTDIR.code();
    }
    if (inodes.size(inode) != 0) {
      return Errno.ENOTEMPTY.code();
    }
    leave(dentry);
    dropLink(inode, time);
    touch(directory, time);
    return 0;
  }

  /** Whether flags forbid that a directory loses a name of an inode (Linux's may_delete). */
  private boolean mustKeep(int directory, int inode) {
    return InodeFlags.isProtected(inodes.flags(directory) | inodes.flags(inode));
  }

  /** A name in a directory: what a rename moves from or to. */
  public record EntryName(int directory, byte[] name) {}

  /**
   * Moves a name, over an existing one unless {@code noReplace}. Checks are in the order of Linux's
   * {@code do_renameat2} and {@code vfs_rename}, which decides between two errors.
   *
   * <p>A name that is there keeps its cookie and leads to the other inode, so that a listing that
   * has not come to it yet does not miss it. Before {@link #replaceInPlace} it gets a new one.
   */
  public int rename(EntryName from, EntryName to, boolean noReplace, long time) {
    int source = dentries.find(from.directory(), from.name());
    if (source == 0 || isRemoved(to.directory())) {
      return Errno.ENOENT.code();
    }
    int target = dentries.find(to.directory(), to.name());
    if (target != 0 && noReplace) {
      return Errno.EEXIST.code();
    }
    int moved = dentries.inode(source);
    if (isWithin(to.directory(), moved)) {
      return Errno.EINVAL.code();
    }
    if (target != 0 && dentries.inode(target) == moved) {
      return 0;
    }
    if (mustKeep(from.directory(), moved)) {
      return Errno.EPERM.code();
    }
    if (target != 0) {
      int victim = dentries.inode(target);
      if (mustKeep(to.directory(), victim)) {
        return Errno.EPERM.code();
      }
      int refused = checkReplace(moved, victim, from.directory());
      if (refused != 0) {
        return refused;
      }
      if (replacesInPlace) {
        leave(source);
        lead(target, moved);
      } else {
        leave(target);
        leave(source);
        enter(to.directory(), to.name(), moved);
      }
      dropLink(victim, time);
    } else if (InodeFlags.isImmutable(inodes.flags(to.directory()))) {
      return Errno.EPERM.code();
    } else if (dentries.isFull()) {
      return Errno.ENOSPC.code();
    } else {
      leave(source);
      enter(to.directory(), to.name(), moved);
    }
    touchInode(moved, time);
    touchBoth(from.directory(), to.directory(), time);
    return 0;
  }

  private int checkReplace(int moved, int victim, int sourceDirectory) {
    boolean victimIsDirectory = inodes.isDirectory(victim);
    if (victimIsDirectory && isWithin(sourceDirectory, victim)) {
      return Errno.ENOTEMPTY.code();
    }
    if (inodes.isDirectory(moved) != victimIsDirectory) {
      return victimIsDirectory ? Errno.EISDIR.code() : Errno.ENOTDIR.code();
    }
    return victimIsDirectory && inodes.size(victim) != 0 ? Errno.ENOTEMPTY.code() : 0;
  }

  /** Swaps what two names lead to (RENAME_EXCHANGE). */
  public int exchange(EntryName from, EntryName to, long time) {
    int first = dentries.find(from.directory(), from.name());
    int second = dentries.find(to.directory(), to.name());
    if (first == 0 || second == 0) {
      return Errno.ENOENT.code();
    }
    int inode = dentries.inode(first);
    int other = dentries.inode(second);
    if (isWithin(to.directory(), inode) || isWithin(from.directory(), other)) {
      return Errno.EINVAL.code();
    }
    if (inode == other) {
      return 0;
    }
    if (mustKeep(from.directory(), inode) || mustKeep(to.directory(), other)) {
      return Errno.EPERM.code();
    }
    names.remove(inode, first);
    names.remove(other, second);
    dentries.setInode(first, other);
    dentries.setInode(second, inode);
    names.add(other, first);
    names.add(inode, second);
    int gained = (inodes.isDirectory(other) ? 1 : 0) - (inodes.isDirectory(inode) ? 1 : 0);
    inodes.setNlink(from.directory(), inodes.nlink(from.directory()) + gained);
    inodes.setNlink(to.directory(), inodes.nlink(to.directory()) - gained);
    touchInode(inode, time);
    touchInode(other, time);
    touchBoth(from.directory(), to.directory(), time);
    return 0;
  }

  /** Takes an inode out that has no name; its slot may then be another's. */
  public void purge(int inode) {
    if (inodes.nlink(inode) != 0) {
      throw new IllegalArgumentException("inode " + inodes.id(inode) + " has a name");
    }
    if (FileMode.isSymlink(inodes.mode(inode))) {
      targets.free((int) inodes.payload(inode));
    }
    extendedAttributes.removeAll(inode);
    sparseFiles.remove(inode);
    inodes.remove(inode);
    orphans--;
  }

  /** A path from the root to an inode, or null if none leads there. */
  public byte[] pathOf(int inode) {
    if (inode == root) {
      return new byte[] {'/'};
    }
    Deque<byte[]> parts = new ArrayDeque<>();
    for (int at = inode; at != root; at = parentOf(at)) {
      int dentry = inodes.dentry(at);
      if (dentry == 0) {
        return null;
      }
      parts.push(dentries.name(dentry));
    }
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      path.write('/');
      path.writeBytes(part);
    }
    return path.toByteArray();
  }

  /** Told of each directory entry, in no order that means anything. */
  @FunctionalInterface
  public interface EntryVisitor {
    void visit(int directory, byte[] name, long cookie, int inode);
  }

  public void forEachEntry(EntryVisitor visitor) {
    dentries.forEach(
        dentry ->
            visitor.visit(
                dentries.parent(dentry),
                dentries.name(dentry),
                dentries.cookie(dentry),
                dentries.inode(dentry)));
  }

  /** Inodes, cookies and change counters count on from further above, after a rollback. */
  public void skipNumbers(long numbers) {
    inodes.skipNumbers(numbers);
    dentries.skipCookies(numbers);
  }

  /** The numbers that future inodes and cookies follow from: part of the state. */
  public long nextNumbersDigest() {
    return inodes.nextId() * 31 + dentries.lastCookie();
  }

  /** Bytes of all tables. */
  public long memoryBytes() {
    return inodes.memoryBytes()
        + dentries.memoryBytes()
        + targets.memoryBytes()
        + extendedAttributes.totalBytes();
  }

  private void enter(int directory, byte[] name, int inode) {
    names.add(inode, dentries.add(directory, name, inode));
    inodes.setSize(directory, inodes.size(directory) + 1);
    if (inodes.isDirectory(inode)) {
      inodes.setNlink(directory, inodes.nlink(directory) + 1);
    }
  }

  private void leave(int dentry) {
    int directory = dentries.parent(dentry);
    int inode = dentries.inode(dentry);
    names.remove(inode, dentry);
    dentries.remove(dentry);
    inodes.setSize(directory, inodes.size(directory) - 1);
    if (inodes.isDirectory(inode)) {
      inodes.setNlink(directory, inodes.nlink(directory) - 1);
    }
  }

  /**
   * Makes a name that is there lead to another inode of its kind: a directory or none, as before.
   */
  private void lead(int dentry, int inode) {
    names.remove(dentries.inode(dentry), dentry);
    dentries.setInode(dentry, inode);
    names.add(inode, dentry);
  }

  private void dropLink(int inode, long time) {
    boolean isDirectory = inodes.isDirectory(inode);
    int left = isDirectory ? 0 : inodes.nlink(inode) - 1;
    inodes.setNlink(inode, left);
    touchInode(inode, time);
    if (left == 0) {
      orphans++;
      if (isDirectory) {
        directories--;
      }
      onOrphan.accept(inode);
    }
  }

  private void touchInode(int inode, long time) {
    inodes.setCtime(inode, time);
    inodes.countChange(inode);
  }

  private void touch(int directory, long time) {
    inodes.setMtime(directory, time);
    touchInode(directory, time);
  }

  private void touchBoth(int directory, int other, long time) {
    touch(directory, time);
    if (other != directory) {
      touch(other, time);
    }
  }

  /** Whether {@code directory} is {@code ancestor} or below it. */
  private boolean isWithin(int directory, int ancestor) {
    int at = directory;
    while (at != ancestor && parentOf(at) != at) {
      at = parentOf(at);
    }
    return at == ancestor;
  }
}
