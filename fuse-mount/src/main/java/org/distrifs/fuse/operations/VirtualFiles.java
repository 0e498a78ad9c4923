package org.distrifs.fuse.operations;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.DirectoryEntry;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * The root of the mount and what is in it without being in DistriFS: the folder {@code .distrifs}
 * with the file {@code stats}, the mount's statistics at the moment in which it is opened. No
 * listing of the root shows the folder, so that programs that go through whole trees pass it by;
 * whoever asks for it by name finds it. Everybody may read it, nobody may change it.
 *
 * <p>Their inodes are of the top of the 64-bit range, which no master gives away. The size of the
 * file is 0, as of the files in {@code /proc}: what it will be is not known before it is opened,
 * and it is read past the kernel's pages, until the end. Thread-safe.
 */
public final class VirtualFiles {
  private static final ByteString FOLDER_NAME = ByteString.copyFromUtf8(".distrifs");
  private static final ByteString STATISTICS_NAME = ByteString.copyFromUtf8("stats");

  private static final long FIRST_INODE = 0xffff_ffff_ffff_ff00L;
  private static final long FOLDER = FIRST_INODE;
  private static final long STATISTICS = FIRST_INODE + 1;

  private static final int DIRECTORY_MODE = 040555;
  private static final int FILE_MODE = 0100444;

  /** Statistics that are open at the same time at most: {@value}. */
  static final int MAX_OPEN = 256;

  private final long root;
  private final Supplier<String> statistics;
  private final Attributes folderAttributes;
  private final Attributes statisticsAttributes;
  private final OperationReply listing;
  private final AtomicInteger open = new AtomicInteger();

  /**
   * @param root the inode of the root of the mount
   * @param statistics asked on any thread, at each opening; must not look into the mount
   * @param nowS the time that the files show, in seconds of Unix
   */
  public VirtualFiles(long root, Supplier<String> statistics, long nowS) {
    this.root = root;
    this.statistics = statistics;
    this.folderAttributes = attributes(FOLDER, DIRECTORY_MODE, 2, nowS);
    this.statisticsAttributes = attributes(STATISTICS, FILE_MODE, 1, nowS);
    this.listing =
        OperationReply.newBuilder()
            .setAttributes(folderAttributes)
            .setParent(Attributes.newBuilder().setInode(root).setMode(DIRECTORY_MODE))
            .addEntries(
                DirectoryEntry.newBuilder()
                    .setName(STATISTICS_NAME)
                    .setCookie(1)
                    .setAttributes(statisticsAttributes))
            .setEndOfDirectory(true)
            .build();
  }

  private static Attributes attributes(long inode, int mode, int links, long nowS) {
    return Attributes.newBuilder()
        .setInode(inode)
        .setMode(mode)
        .setNlink(links)
        .setAtimeS(nowS)
        .setMtimeS(nowS)
        .setCtimeS(nowS)
        .setBtimeS(nowS)
        .build();
  }

  /** Whether an inode is one of these, and not one of DistriFS. */
  public static boolean isVirtual(long inode) {
    return inode < 0 && inode >= FIRST_INODE;
  }

  /** The inode of the root of the mount. */
  long root() {
    return root;
  }

  /**
   * What a name leads to, if it is here.
   *
   * @throws ErrnoException {@code ENOENT} for any other name in the folder
   */
  Optional<Attributes> lookup(long parent, ByteString name) throws ErrnoException {
    if (isFolder(parent, name)) {
      return Optional.of(folderAttributes);
    }
    if (!isVirtual(parent)) {
      return Optional.empty();
    }
    if (parent == FOLDER && name.equals(STATISTICS_NAME)) {
      return Optional.of(statisticsAttributes);
    }
    throw new ErrnoException(Errno.ENOENT, "find a name in .distrifs");
  }

  /** The attributes of an inode for which {@link #isVirtual} holds. */
  Attributes attributes(long inode) throws ErrnoException {
    if (inode == FOLDER) {
      return folderAttributes;
    }
    if (inode == STATISTICS) {
      return statisticsAttributes;
    }
    throw new ErrnoException(Errno.ESTALE, "use inode " + Long.toUnsignedString(inode));
  }

  /** Refuses a new name where it would be one of these. */
  void checkCreation(long parent, ByteString name) throws ErrnoException {
    checkChange(parent);
    if (isFolder(parent, name)) {
      throw new ErrnoException(Errno.EEXIST, "create .distrifs");
    }
  }

  /** Refuses to let a name go, or to lead elsewhere, that is one of these. */
  void checkRemoval(long parent, ByteString name) throws ErrnoException {
    checkChange(parent);
    if (isFolder(parent, name)) {
      throw new ErrnoException(Errno.EPERM, "remove or replace .distrifs");
    }
  }

  /** Refuses a change of an inode that is one of these. */
  void checkChange(long inode) throws ErrnoException {
    if (isVirtual(inode)) {
      throw new ErrnoException(Errno.EROFS, "change .distrifs");
    }
  }

  /** Whether an entry of DistriFS cannot be reached by its name, which is one of these. */
  boolean hides(long parent, ByteString name) {
    return isFolder(parent, name);
  }

  private boolean isFolder(long parent, ByteString name) {
    return parent == root && name.equals(FOLDER_NAME);
  }

  /**
   * Opens what {@link #isVirtual} holds for.
   *
   * @throws ErrnoException {@code EROFS} for writing, {@code ENFILE} when too many are open
   */
  OpenFile open(long inode, int flags) throws ErrnoException {
    if (inode == FOLDER) {
      throw new ErrnoException(Errno.EISDIR, "open .distrifs as a file");
    }
    if (OpenFlags.mayWrite(flags) || OpenFlags.has(flags, OpenFlags.O_TRUNC)) {
      throw new ErrnoException(Errno.EROFS, "write to .distrifs");
    }
    Attributes attributes = attributes(inode);
    if (open.incrementAndGet() > MAX_OPEN) {
      open.decrementAndGet();
      throw new ErrnoException(Errno.ENFILE, "open one more than " + MAX_OPEN + " statistics");
    }
    return new SnapshotFile(attributes, statistics.get(), open::decrementAndGet);
  }

  /** A page of a directory as the mount shows it, with nothing above its root. */
  OperationReply page(
      DirectoryPages pages, long inode, long afterCookie, long lastCookie, int limit)
      throws IOException {
    if (inode == FOLDER) {
      return afterCookie == 0 ? listing : listing.toBuilder().clearEntries().build();
    }
    OperationReply page = pages.read(inode, afterCookie, lastCookie, limit);
    if (inode != root || page.getParent().getInode() == root) {
      return page;
    }
    return page.toBuilder().setParent(page.getAttributes()).build();
  }

  /**
   * Reads a page of a directory of DistriFS: {@link org.distrifs.client.Metadata#readDirectory}.
   */
  @FunctionalInterface
  interface DirectoryPages {
    OperationReply read(long inode, long afterCookie, long lastCookie, int limit)
        throws IOException;
  }
}
