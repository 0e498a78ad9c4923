package org.distrifs.fuse.operations;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.Metadata;
import org.distrifs.client.OpenFile;
import org.distrifs.client.PendingLock;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.FileSystemStatistics;
import org.distrifs.proto.control.Lock;
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

  private static final int SUPER_USER = 0;

  private final DistriFsClient client;
  private final Metadata metadata;
  private final ClockSource clock = new SystemClock();
  private final HandleTable<FileHandle> files = new HandleTable<>();
  private final HandleTable<DirectoryStream> directories = new HandleTable<>();

  public FuseOperations(DistriFsClient client) {
    this.client = client;
    this.metadata = client.metadata();
  }

  // --- names

  public Attributes lookup(long parent, ByteString name) throws IOException {
    return metadata.lookup(parent, checked(name));
  }

  public Attributes mknod(long parent, ByteString name, int mode, long rdev, Caller caller)
      throws IOException {
    return metadata.makeNode(parent, checked(name), mode, rdev, caller);
  }

  public Attributes mkdir(long parent, ByteString name, int mode, Caller caller)
      throws IOException {
    return metadata.makeDirectory(parent, checked(name), mode, caller);
  }

  public Attributes symlink(long parent, ByteString name, ByteString target, Caller caller)
      throws IOException {
    if (target.size() > SYMLINK_MAX_BYTES) {
      throw new ErrnoException(Errno.ENAMETOOLONG, "link to " + target.size() + " bytes");
    }
    return metadata.makeSymlink(parent, checked(name), target, caller);
  }

  public Attributes link(long inode, long parent, ByteString name, Caller caller)
      throws IOException {
    return metadata.link(inode, parent, checked(name), caller);
  }

  /** The inode lives on, without a name, while a handle of it is open. */
  public void unlink(long parent, ByteString name, Caller caller) throws IOException {
    metadata.unlink(parent, checked(name), caller);
  }

  public void rmdir(long parent, ByteString name, Caller caller) throws IOException {
    metadata.removeDirectory(parent, checked(name), caller);
  }

  /**
   * @param flags {@code RENAME_NOREPLACE} 1, {@code RENAME_EXCHANGE} 2
   */
  public void rename(
      long parent, ByteString name, long newParent, ByteString newName, int flags, Caller caller)
      throws IOException {
    metadata.rename(parent, checked(name), newParent, checked(newName), flags, caller);
  }

  public ByteString readlink(long inode) throws IOException {
    return metadata.readLink(inode);
  }

  // --- attributes

  public Attributes getattr(long inode) throws IOException {
    return metadata.attributes(inode);
  }

  /** Attributes of an open file, also of one that no name leads to any more. */
  public Attributes getattrOfHandle(long handle) throws IOException {
    return files.get(handle).file().attributes();
  }

  /** Changes mode, owner, size and times in one step, and answers the attributes after it. */
  public Attributes setattr(SetAttributes change, Caller caller) throws IOException {
    return metadata.setAttributes(change, caller);
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
   */
  public OpenedFile open(long parent, ByteString name, int flags, Caller caller)
      throws IOException {
    return open(metadata.freshLookup(parent, checked(name)), flags, caller);
  }

  /**
   * As {@link #open(long, ByteString, int, Caller)}, by inode; {@code ESTALE} if it vanished, upon
   * which the kernel looks its name up again. One that lost its last name and is not open here was
   * found by a name that is out of date: it lives on only because another mount has it open.
   */
  public OpenedFile open(long inode, int flags, Caller caller) throws IOException {
    Attributes fresh = metadata.freshAttributes(inode);
    if (fresh.getNlink() == 0 && !isOpen(inode)) {
      throw new ErrnoException(Errno.ESTALE, "open inode " + inode + ", which has no name");
    }
    return open(fresh, flags, caller);
  }

  private OpenedFile open(Attributes fresh, int flags, Caller caller) throws IOException {
    OpenFile file = client.open(fresh);
    return handleOf(file, flags, fresh, OpenFlags.has(flags, OpenFlags.O_TRUNC), caller);
  }

  /** Creates a regular file, or opens the one that is there unless {@code O_EXCL} is given. */
  public OpenedFile create(long parent, ByteString name, int mode, int flags, Caller caller)
      throws IOException {
    boolean exclusive = OpenFlags.has(flags, OpenFlags.O_EXCL);
    OpenFile file = client.createAndOpen(parent, checked(name), mode, exclusive, caller);
    Attributes attributes;
    try {
      attributes = file.attributes();
    } catch (IOException | RuntimeException e) {
      closeAfter(e, file);
      throw e;
    }
    // Another mount may have made the file between the kernel's look and this call.
    boolean truncate = OpenFlags.has(flags, OpenFlags.O_TRUNC) && attributes.getSize() > 0;
    return handleOf(file, flags, attributes, truncate, caller);
  }

  private OpenedFile handleOf(
      OpenFile file, int flags, Attributes attributes, boolean truncate, Caller caller)
      throws IOException {
    try {
      Attributes current = attributes;
      if (truncate) {
        SetAttributes.Builder empty =
            SetAttributes.newBuilder().setInode(file.inode()).setSize(0).setMtime(NOW);
        if (caller.getUid() != SUPER_USER && SetIdBits.areSet(attributes.getMode())) {
          empty.setMode(SetIdBits.cleared(attributes.getMode()));
        }
        current = metadata.setAttributes(empty.build(), caller);
      }
      long handle = files.add(new FileHandle(file, OpenFlags.mayWrite(flags)));
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
    return files.get(handle).file().read(offset, target);
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
    int lengthBytes = source.remaining();
    if (OpenFlags.has(flags, OpenFlags.O_APPEND)) {
      file.append(source);
    } else {
      file.write(offset, source);
    }
    if (OpenFlags.has(flags, OpenFlags.O_DSYNC)) {
      file.sync();
    }
    return lengthBytes;
  }

  /**
   * Takes the set-user-id and set-group-id bits away that a write by {@code caller} must not keep.
   *
   * @return whether there were any
   */
  public boolean clearSetIdBits(long handle, Caller caller) throws IOException {
    OpenFile file = files.get(handle).file();
    int mode = file.attributes().getMode();
    if (!SetIdBits.areSet(mode)) {
      return false;
    }
    SetAttributes change =
        SetAttributes.newBuilder().setInode(file.inode()).setMode(SetIdBits.cleared(mode)).build();
    metadata.setAttributes(change, caller);
    return true;
  }

  /**
   * What {@code close(2)} waits for: everything written has arrived, or this fails. A handle that
   * cannot write has nothing to wait for.
   */
  public void flush(long handle) throws IOException {
    FileHandle opened = files.get(handle);
    if (opened.mayWrite()) {
      opened.file().flush();
    }
  }

  /**
   * As {@link #flush(long)}, after which the owner of the descriptor has no record locks on the
   * file any more. One that is being killed waits for nothing: what is left {@link #release} does,
   * after it has sent what was written.
   */
  public void flush(long handle, long lockOwner) throws IOException {
    OpenFile file = files.get(handle).file();
    try {
      flush(handle);
    } finally {
      if (!Thread.currentThread().isInterrupted()) {
        file.releaseRecordLocks(lockOwner);
      }
    }
  }

  /** The first lock of others that keeps one from being set, if any does. */
  public Optional<Lock> getlk(long handle, Lock wanted) throws IOException {
    return files.get(handle).file().testLock(wanted);
  }

  /** Sets, changes or removes a lock; see {@link OpenFile#lock}. */
  public PendingLock setlk(long handle, Lock lock, boolean waits) throws IOException {
    return files.get(handle).file().lock(lock, waits);
  }

  public void fsync(long handle) throws IOException {
    files.get(handle).file().sync();
  }

  /** The kernel has no use for the handle any more, and will not hear of a failure. */
  public void release(long handle) throws IOException {
    files.remove(handle).file().close();
  }

  /** Whether any handle of a file is open; looks at all of them. */
  public boolean isOpen(long inode) {
    return files.anyMatch(opened -> opened.file().inode() == inode);
  }

  // --- directories

  public long opendir(long inode) throws IOException {
    return directories.add(new DirectoryStream(metadata, inode, clock));
  }

  /**
   * Offers entries, "." and ".." among them, until the sink is full or the directory ends.
   *
   * @param offset 0 for the start, or what came with the last entry taken
   * @param roomEntries about how many the sink will take
   */
  public void readdir(long handle, long offset, int roomEntries, DirectoryEntrySink sink)
      throws IOException {
    directories.get(handle).read(offset, roomEntries, sink);
  }

  /**
   * What is known by now of an inode of which {@code heard} was known before: what was written
   * through this mount since is counted.
   */
  public Attributes newest(Attributes heard) {
    return metadata.newest(heard);
  }

  /** Nothing to do: a change of a directory was journalled before it was answered. */
  public void fsyncdir(long handle) throws IOException {
    directories.get(handle);
  }

  public void releasedir(long handle) throws IOException {
    directories.remove(handle);
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

  private static ByteString checked(ByteString name) throws ErrnoException {
    if (name.size() > NAME_MAX_BYTES) {
      throw new ErrnoException(Errno.ENAMETOOLONG, "use a name of " + name.size() + " bytes");
    }
    return name;
  }
}
