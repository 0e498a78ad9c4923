package org.distrifs.fuse.operations;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.distrifs.client.CloseQueue;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.Metadata;
import org.distrifs.client.OpenFile;
import org.distrifs.client.PendingLock;
import org.distrifs.proto.access.InodeFlags;
import org.distrifs.proto.access.SetIdBits;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.FileSystemStatistics;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.TimeChange;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.clock.SystemClock;

/**
 * POSIX by inode and handle. Every method may be called on any thread, blocks no longer than the
 * client's operation bound, and fails with an {@link ErrnoException} that carries what ext4 would
 * answer, or with another {@link IOException}, which stands for {@code EIO}.
 *
 * <p>There is no "forget": nothing is remembered about an inode but its open handles.
 */
public final class FuseOperations {

  /** Longest name in bytes. */
  public static final int NAME_MAX_BYTES = 255;

  /** Longest symlink target in bytes: {@code PATH_MAX} without its final NUL. */
  public static final int SYMLINK_MAX_BYTES = 4095;

  private static final TimeChange NOW = TimeChange.newBuilder().setNow(true).build();

  private final DistriFsClient client;
  private final Metadata metadata;
  private final VirtualFiles virtualFiles;
  private final List<NameCheck> names;
  private final ClockSource clock;
  private final ExtendedAttributes extendedAttributes;
  private final AccessTimes accessTimes;
  private final HandleTable<FileHandle> files;
  private final HandleTable<DirectoryStream> directories;
  private final Allocation allocation;
  private final long listedMaxAgeMs;

  /**
   * @param accessTimePolicy which reads set access times
   * @param listedMaxAgeMs how old entries of directories may be when the kernel gets them
   */
  public FuseOperations(
      DistriFsClient client,
      VirtualFiles virtualFiles,
      AccessTimePolicy accessTimePolicy,
      long listedMaxAgeMs) {
    this.client = client;
    this.metadata = client.metadata();
    this.names = List.of();
    this.clock = new SystemClock();
    this.allocation = new Allocation(metadata);
    this.extendedAttributes = new ExtendedAttributes(metadata, virtualFiles);
    this.accessTimes = new AccessTimes(metadata, clock, accessTimePolicy);
    this.files = new HandleTable<>();
    this.directories = new HandleTable<>();
    this.virtualFiles = virtualFiles;
    this.listedMaxAgeMs = listedMaxAgeMs;
  }

  private FuseOperations(FuseOperations all, List<NameCheck> names) {
    this.client = all.client;
    this.metadata = all.metadata.provided(names);
    this.names = names;
    this.clock = all.clock;
    this.allocation = all.allocation;
    this.extendedAttributes = new ExtendedAttributes(metadata, all.virtualFiles);
    this.accessTimes = all.accessTimes;
    this.files = all.files;
    this.directories = all.directories;
    this.virtualFiles = all.virtualFiles;
    this.listedMaxAgeMs = all.listedMaxAgeMs;
  }

  /**
   * The same, for one call that goes by names which may be out of date: the master looks, in the
   * message that asks it for what is wanted, whether they lead to their inodes at that moment; else
   * the call fails with {@code ESTALE} and has done nothing.
   */
  public FuseOperations provided(List<NameCheck> checked) {
    return checked.isEmpty() ? this : new FuseOperations(this, checked);
  }

  /** The inode of the directory that is the root of the mount. */
  public long root() {
    return virtualFiles.root();
  }

  // --- names

  public Attributes lookup(long parent, ByteString name) throws IOException {
    Optional<Attributes> virtual = virtualFiles.lookup(parent, checked(name));
    return virtual.isPresent() ? virtual.get() : accessTimes.with(metadata.lookup(parent, name));
  }

  /** As {@link #lookup}, as the master sees it at this moment. */
  public Attributes lookupAnew(long parent, ByteString name) throws IOException {
    Optional<Attributes> virtual = virtualFiles.lookup(parent, checked(name));
    return virtual.isPresent()
        ? virtual.get()
        : accessTimes.with(metadata.freshLookup(parent, name));
  }

  /**
   * The inode of a file handle ({@code open_by_handle_at(2)}) of which the kernel knows nothing but
   * the number, which it may have got from anywhere.
   *
   * @throws ErrnoException {@code ESTALE} if it was removed, or is not below the root of the mount,
   *     which the kernel never forgets
   */
  public Attributes lookupByNumber(long inode) throws IOException {
    if (VirtualFiles.isVirtual(inode)) {
      return virtualFiles.attributes(inode);
    }
    if (inode == root()) {
      throw new ErrnoException(Errno.ESTALE, "find the root of the mount by its inode");
    }
    return accessTimes.with(metadata.findInode(inode, root()).getAttributes());
  }

  /** The directory above one that was found by its number; of the root the root. */
  public Attributes lookupParent(long directory) throws IOException {
    return VirtualFiles.isVirtual(directory)
        ? getattr(root())
        : accessTimes.with(metadata.findInode(directory, root()).getParent());
  }

  /**
   * @param umask what is taken off the mode, if the directory has no default ACL; 0 if the kernel
   *     has done it
   */
  public Attributes mknod(
      long parent, ByteString name, int mode, int umask, long rdev, Caller caller)
      throws IOException {
    return metadata.makeNode(parent, creatable(parent, name), mode, umask, rdev, caller);
  }

  /**
   * @param umask as of {@link #mknod}
   */
  public Attributes mkdir(long parent, ByteString name, int mode, int umask, Caller caller)
      throws IOException {
    return metadata.makeDirectory(parent, creatable(parent, name), mode, umask, caller);
  }

  public Attributes symlink(long parent, ByteString name, ByteString target, Caller caller)
      throws IOException {
    if (target.size() > SYMLINK_MAX_BYTES) {
      throw new ErrnoException(Errno.ENAMETOOLONG, "link to " + target.size() + " bytes");
    }
    return metadata.makeSymlink(parent, creatable(parent, name), target, caller);
  }

  public Attributes link(long inode, long parent, ByteString name, Caller caller)
      throws IOException {
    virtualFiles.checkChange(inode);
    return metadata.link(inode, parent, creatable(parent, name), caller);
  }

  /**
   * Removes a name. The inode lives on, without a name, while a handle of it is open.
   *
   * @return attributes, after that, of the inode that had the name
   */
  public Attributes unlink(long parent, ByteString name, Caller caller) throws IOException {
    return metadata.unlink(parent, removable(parent, name), caller);
  }

  /** As {@link #unlink}, of an empty directory. */
  public Attributes rmdir(long parent, ByteString name, Caller caller) throws IOException {
    return metadata.removeDirectory(parent, removable(parent, name), caller);
  }

  /**
   * @param flags {@code RENAME_NOREPLACE} 1, {@code RENAME_EXCHANGE} 2
   * @return attributes of what was at the old name
   */
  public Attributes rename(
      long parent, ByteString name, long newParent, ByteString newName, int flags, Caller caller)
      throws IOException {
    return metadata.rename(
        parent, removable(parent, name), newParent, removable(newParent, newName), flags, caller);
  }

  public ByteString readlink(long inode) throws IOException {
    ByteString target = metadata.readLink(inode);
    accessTimes.read(metadata.attributes(inode));
    return target;
  }

  // --- attributes

  public Attributes getattr(long inode) throws IOException {
    return VirtualFiles.isVirtual(inode)
        ? virtualFiles.attributes(inode)
        : accessTimes.with(metadata.attributes(inode));
  }

  /** Attributes of an open file, also of one that no name leads to any more. */
  public Attributes getattrOfHandle(long handle) throws IOException {
    return accessTimes.with(files.get(handle).file().attributes());
  }

  /** Changes mode, owner, size and times in one step, and answers the attributes after it. */
  public Attributes setattr(SetAttributes change, Caller caller) throws IOException {
    virtualFiles.checkChange(change.getInode());
    return metadata.setAttributes(change, caller);
  }

  /**
   * Takes set-id bits away and changes nothing else: asked for by a write, or by {@code chown(2)}
   * that leaves both owners. Without a handle that writes it can only be the latter, which is for
   * the owner and root alone.
   */
  public Attributes clearSetIdBits(SetAttributes change, Caller caller) throws IOException {
    virtualFiles.checkChange(change.getInode());
    Attributes attributes = metadata.attributes(change.getInode());
    int mode = attributes.getMode();
    boolean mayChangeMode = caller.getUid() == 0 || caller.getUid() == attributes.getUid();
    if (!mayChangeMode
        && SetIdBits.cleared(mode, attributes.getGid(), caller) != mode
        && !files.anyMatch(file -> file.mayWrite() && file.file().inode() == change.getInode())) {
      throw new ErrnoException(Errno.EPERM, "take set-id bits of " + change.getInode() + " away");
    }
    return setattr(change, caller);
  }

  /**
   * Replaces the inode flags of a file or a directory.
   *
   * @param flags bits of {@link InodeFlags}; others are refused with {@code EOPNOTSUPP}
   */
  public void setInodeFlags(long inode, int flags, Caller caller) throws IOException {
    setattr(SetAttributes.newBuilder().setInode(inode).setInodeFlags(flags).build(), caller);
  }

  /** The calls that work on extended attributes. */
  public ExtendedAttributes extendedAttributes() {
    return extendedAttributes;
  }

  /** The inode that a handle was opened on. */
  public long inodeOfHandle(long handle) throws IOException {
    return files.get(handle).file().inode();
  }

  public FileSystemStatistics statfs() throws IOException {
    return metadata.statistics();
  }

  // --- files

  /**
   * Opens what a name leads to at this moment, as the master sees it.
   *
   * @param flags of {@code open(2)}; see {@link OpenFlags}
   * @param clearsSetIdBits whether {@code O_TRUNC} takes set-user-id and set-group-id away
   */
  public OpenedFile open(
      long parent, ByteString name, int flags, boolean clearsSetIdBits, Caller caller)
      throws IOException {
    Optional<Attributes> virtual = virtualFiles.lookup(parent, checked(name));
    return virtual.isPresent()
        ? openVirtual(virtual.get().getInode(), flags, caller)
        : open(metadata.freshLookup(parent, name), flags, clearsSetIdBits, caller);
  }

  /** As the one by name, by inode, whether a name leads to it or not. */
  public OpenedFile open(long inode, int flags, boolean clearsSetIdBits, Caller caller)
      throws IOException {
    if (VirtualFiles.isVirtual(inode)) {
      return openVirtual(inode, flags, caller);
    }
    OpenFile file = client.open(inode, names);
    boolean truncate = OpenFlags.has(flags, OpenFlags.O_TRUNC);
    return handleOf(file, flags, attributesOfNew(file), truncate, clearsSetIdBits, caller);
  }

  private OpenedFile openVirtual(long inode, int flags, Caller caller) throws IOException {
    OpenFile file = virtualFiles.open(inode, flags);
    return handleOf(file, flags, file.attributes(), false, false, caller);
  }

  private OpenedFile open(Attributes fresh, int flags, boolean clearsSetIdBits, Caller caller)
      throws IOException {
    OpenFile file = client.open(fresh);
    boolean truncate = OpenFlags.has(flags, OpenFlags.O_TRUNC);
    return handleOf(file, flags, fresh, truncate, clearsSetIdBits, caller);
  }

  /**
   * Creates a regular file, or opens the one that is there unless {@code O_EXCL} is given.
   *
   * @param umask as of {@link #mknod}
   * @param clearsSetIdBits as of an open
   */
  public OpenedFile create(
      long parent,
      ByteString name,
      int mode,
      int umask,
      int flags,
      boolean clearsSetIdBits,
      Caller caller)
      throws IOException {
    boolean exclusive = OpenFlags.has(flags, OpenFlags.O_EXCL);
    OpenFile file =
        client.createAndOpen(
            parent, creatable(parent, name), mode, umask, exclusive, caller, names);
    Attributes attributes = attributesOfNew(file);
    // Another mount may have made the file between the kernel's look and this call.
    boolean truncate = OpenFlags.has(flags, OpenFlags.O_TRUNC) && attributes.getSize() > 0;
    return handleOf(file, flags, attributes, truncate, clearsSetIdBits, caller);
  }

  private static Attributes attributesOfNew(OpenFile file) throws IOException {
    try {
      return file.attributes();
    } catch (IOException | RuntimeException e) {
      closeAfter(e, file);
      throw e;
    }
  }

  /**
   * Creates a regular file without a name; with {@code O_EXCL} none can be given to it.
   *
   * @param umask as of {@link #mknod}
   */
  public OpenedFile createUnnamed(long parent, int mode, int umask, int flags, Caller caller)
      throws IOException {
    virtualFiles.checkChange(parent);
    boolean exclusive = OpenFlags.has(flags, OpenFlags.O_EXCL);
    OpenFile file = client.createUnnamedAndOpen(parent, mode, umask, exclusive, caller);
    return handleOf(file, flags, attributesOfNew(file), false, false, caller);
  }

  private OpenedFile handleOf(
      OpenFile file,
      int flags,
      Attributes attributes,
      boolean truncate,
      boolean clearsSetIdBits,
      Caller caller)
      throws IOException {
    try {
      FlagChecks.open(attributes, flags);
      Attributes current = attributes;
      if (truncate) {
        SetAttributes empty =
            SetAttributes.newBuilder()
                .setInode(file.inode())
                .setSize(0)
                .setMtime(NOW)
                .setClearSetIdBits(clearsSetIdBits)
                .build();
        current = client.metadata().setAttributes(empty, caller);
      }
      long handle = files.add(new FileHandle(file, flags, current));
      return new OpenedFile(handle, current);
    } catch (IOException | RuntimeException e) {
      closeAfter(e, file);
      throw e;
    }
  }

  private static void closeAfter(Exception failure, OpenFile file) {
    try {
      file.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Reads into {@code target}; returns the bytes read, fewer than asked only at the end. */
  public int read(long handle, long offset, ByteBuffer target) throws IOException {
    FileHandle opened = files.get(handle);
    if (!opened.leavesAccessTime()) {
      accessTimes.read(metadata.newest(opened.opened()));
    }
    return opened.file().read(offset, target);
  }

  /**
   * Writes all of {@code source}.
   *
   * @param offset where; of no meaning with {@code O_APPEND}
   * @param flags of the descriptor at this moment ({@code fcntl} can change them)
   * @return bytes written
   */
  public int write(long handle, long offset, ByteBuffer source, int flags) throws IOException {
    OpenFile file = files.get(handle).file();
    FlagChecks.write(file, flags);
    int lengthBytes = source.remaining();
    if (OpenFlags.has(flags, OpenFlags.O_APPEND)) {
      file.append(source);
    } else {
      file.write(offset, source);
    }
    if (OpenFlags.has(flags, OpenFlags.O_DSYNC)) {
      file.syncWrite();
    }
    return lengthBytes;
  }

  /** Writes all of {@code source}: pages that were mapped and written into. */
  public int writePages(long handle, long offset, ByteBuffer source) throws IOException {
    int lengthBytes = source.remaining();
    files.get(handle).file().writePages(offset, source);
    return lengthBytes;
  }

  /**
   * Takes the set-user-id and set-group-id bits away that a write by {@code caller} must not keep.
   *
   * @param caller asked for with all its groups, which are seldom needed
   * @return whether there were any
   */
  public boolean clearSetIdBits(long handle, Supplier<Caller> caller) throws IOException {
    OpenFile file = files.get(handle).file();
    Attributes attributes = file.attributes();
    int mode = attributes.getMode();
    if (!SetIdBits.areSet(mode)) {
      return false;
    }
    Caller writer = caller.get();
    if (SetIdBits.cleared(mode, attributes.getGid(), writer) == mode) {
      return false;
    }
    SetAttributes change =
        SetAttributes.newBuilder().setInode(file.inode()).setClearSetIdBits(true).build();
    metadata.setAttributes(change, writer);
    return true;
  }

  /**
   * What {@code close(2)} waits for: everything written has arrived, or this fails; the owner of
   * the descriptor has no record locks on the file any more. A handle that cannot write has nothing
   * to wait for.
   *
   * @param lockOwner stands for the process that closes, one of those that share the handle
   */
  public void flush(long handle, long lockOwner) throws IOException {
    FileHandle opened = files.get(handle);
    try {
      if (opened.mayWrite()) {
        opened.file().flush(lockOwner);
      }
    } finally {
      opened.file().releaseRecordLocks(lockOwner);
    }
  }

  /** The first lock of others that keeps one from being set; see {@link OpenFile#testLock}. */
  public CompletableFuture<Optional<Lock>> getlk(long handle, Lock wanted) throws IOException {
    return files.get(handle).file().testLock(wanted);
  }

  /** Sets, changes or removes a lock; see {@link OpenFile#lock}. */
  public PendingLock setlk(long handle, Lock lock, boolean waits) throws IOException {
    return files.get(handle).file().lock(lock, waits);
  }

  public void fsync(long handle) throws IOException {
    files.get(handle).file().sync();
  }

  /**
   * {@code fallocate(2)}; see {@link Allocation}.
   *
   * @param mode 0, or flags of {@link Allocation}
   */
  public void fallocate(long handle, long offset, long length, int mode) throws IOException {
    allocation.run(files.get(handle), offset, length, mode);
  }

  /**
   * {@code lseek(2)} for data and holes; see {@link DataSeek}.
   *
   * @param whence {@code SEEK_DATA} 3 or {@code SEEK_HOLE} 4
   */
  public long lseek(long handle, long offset, int whence) throws IOException {
    return DataSeek.seek(files.get(handle).file(), offset, whence);
  }

  /**
   * {@code copy_file_range(2)}; see {@link RangeCopy}.
   *
   * @param length bytes at most
   * @return bytes copied, which may be fewer; 0 at the end of the source
   */
  public long copyFileRange(
      long fromHandle, long fromOffset, long toHandle, long toOffset, long length, long flags)
      throws IOException {
    return RangeCopy.copy(
        files.get(fromHandle).file(), fromOffset, files.get(toHandle), toOffset, length, flags);
  }

  /** The kernel has no use for the handle any more, and will not hear of a failure. */
  public void release(long handle) throws IOException {
    files.remove(handle).file().close();
  }

  /** The inode of an open directory. */
  public long inodeOfDirectory(long handle) throws IOException {
    return directories.get(handle).inode();
  }

  /** Names where calls of {@link #release} wait before a driver makes them. */
  public void releasesComeThrough(CloseQueue queue) {
    client.closesComeThrough(queue);
  }

  /** Whether any handle of a file is open; looks at all of them. */
  public boolean isOpen(long inode) {
    return files.anyMatch(opened -> opened.file().inode() == inode);
  }

  // --- directories

  public long opendir(long inode) throws IOException {
    return directories.add(
        new DirectoryStream(metadata, virtualFiles, inode, clock, listedMaxAgeMs));
  }

  /**
   * Offers entries, "." and ".." among them, until the sink is full or the directory ends.
   *
   * @param offset 0 for the start, or what came with the last entry taken
   * @param roomEntries about how many the sink will take
   */
  public void readdir(long handle, long offset, int roomEntries, DirectoryEntrySink sink)
      throws IOException {
    DirectoryStream directory = directories.get(handle);
    directory.read(offset, roomEntries, sink);
    if (offset == 0 && !VirtualFiles.isVirtual(directory.inode())) {
      accessTimes.listed(metadata.attributes(directory.inode()));
    }
  }

  /**
   * What is known by now of an inode of which {@code heard} was known before: what was written
   * through this mount since is counted.
   */
  public Attributes newest(Attributes heard) {
    return accessTimes.with(metadata.newest(heard));
  }

  /** Nothing to do: a change of a directory was journalled before it was answered. */
  public void fsyncdir(long handle) throws IOException {
    directories.get(handle);
  }

  public void releasedir(long handle) throws IOException {
    directories.remove(handle);
  }

  /**
   * Has a listener told of each inode of which the kernel may hold pages with bytes that were
   * accepted and lost. It must not block, nor call what is here.
   */
  public void whenBytesAreLost(LongConsumer listener) {
    client.whenBytesAreLost(listener);
  }

  // --- the end

  /** Open files and directories, for metrics. */
  public int openHandles() {
    return files.size() + directories.size();
  }

  /** Sends and commits what open files hold. */
  public void flushAll() throws IOException {
    client.flushAll();
  }

  /**
   * Closes what the kernel left open when the mount ended.
   *
   * @throws IOException the first failure, the others suppressed in it; all handles are closed
   *     nevertheless
   */
  public void closeAll() throws IOException {
    accessTimes.close();
    directories.drain();
    IOException first = null;
    for (FileHandle opened : files.drain()) {
      try {
        opened.file().close();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private ByteString creatable(long parent, ByteString name) throws ErrnoException {
    virtualFiles.checkCreation(parent, name);
    return checked(name);
  }

  private ByteString removable(long parent, ByteString name) throws ErrnoException {
    virtualFiles.checkRemoval(parent, name);
    return checked(name);
  }

  private static ByteString checked(ByteString name) throws ErrnoException {
    if (name.size() > NAME_MAX_BYTES) {
      throw new ErrnoException(Errno.ENAMETOOLONG, "use a name of " + name.size() + " bytes");
    }
    return name;
  }
}
