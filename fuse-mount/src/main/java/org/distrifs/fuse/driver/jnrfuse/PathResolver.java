package org.distrifs.fuse.driver.jnrfuse;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.fuse.operations.VirtualFiles;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * Finds inodes by the absolute paths that libfuse makes, one lookup for each component; the client
 * answers them from its cache as a rule. So what is done by a path is done only if the master finds
 * that its names are true at that moment; if one is not, the path is walked anew. Paths are bytes.
 */
final class PathResolver {

  /** A name in a folder: what creating, removing and renaming work on. */
  record EntryName(long parent, ByteString name) {}

  /** What is done by paths; it may be done twice, the first time in vain. */
  @FunctionalInterface
  interface Call<T> {
    T with(Walk walk) throws IOException;
  }

  private static final byte SEPARATOR = '/';

  private final FuseOperations operations;
  private final HiddenFiles hidden;

  PathResolver(FuseOperations operations, HiddenFiles hidden) {
    this.operations = operations;
    this.hidden = hidden;
  }

  /** Does something by paths, however old what is cached of them. */
  <T> T walk(Call<T> call) throws IOException {
    try {
      return call.with(new Walk(false));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ESTALE) {
        throw e;
      }
      return call.with(new Walk(true));
    }
  }

  /** Paths that are walked for one call. For one thread. */
  final class Walk {
    private final boolean anew;
    private final List<NameCheck> names = new ArrayList<>();

    /**
     * @param anew whether the master is asked for each name
     */
    private Walk(boolean anew) {
      this.anew = anew;
    }

    /** What fails with {@code ESTALE}, and does nothing, if a name was old. */
    FuseOperations checked() {
      return operations.provided(List.copyOf(names));
    }

    /** The inode that a path leads to. */
    long inode(long pathAddress) throws IOException {
      byte[] path = NativeMemory.string(pathAddress);
      if (isRoot(path)) {
        return operations.root();
      }
      Optional<Long> hiddenInode = hidden.inode(lastName(path));
      if (hiddenInode.isPresent()) {
        return hiddenInode.get();
      }
      EntryName entry = entryName(path);
      return step(entry.parent(), entry.name());
    }

    /** The last name of a path and the inode of the folder that it is in. */
    EntryName entryName(long pathAddress) throws IOException {
      byte[] path = NativeMemory.string(pathAddress);
      if (isRoot(path)) {
        throw new ErrnoException(Errno.EBUSY, "change the root folder's name");
      }
      return entryName(path);
    }

    private EntryName entryName(byte[] path) throws IOException {
      long folder = operations.root();
      int start = 1;
      for (int end = start; end < path.length; end++) {
        if (path[end] == SEPARATOR) {
          folder = step(folder, name(path, start, end));
          start = end + 1;
        }
      }
      return new EntryName(folder, name(path, start, path.length));
    }

    private long step(long folder, ByteString name) throws IOException {
      FuseOperations checked = checked();
      long inode =
          (anew ? checked.lookupAnew(folder, name) : checked.lookup(folder, name)).getInode();
      if (!VirtualFiles.isVirtual(inode)) {
        names.add(
            NameCheck.newBuilder().setDirectory(folder).setName(name).setInode(inode).build());
      }
      return inode;
    }
  }

  /**
   * The attributes of what a path leads to.
   *
   * @param anew whether the master is asked
   */
  Attributes attributes(long pathAddress, boolean anew) throws IOException {
    byte[] path = NativeMemory.string(pathAddress);
    if (isRoot(path)) {
      return operations.getattr(operations.root());
    }
    Optional<Long> hiddenInode = hidden.inode(lastName(path));
    if (hiddenInode.isPresent()) {
      return operations.getattr(hiddenInode.get());
    }
    return walk(
        walk -> {
          EntryName entry = walk.entryName(path);
          FuseOperations checked = walk.checked();
          return anew
              ? checked.lookupAnew(entry.parent(), entry.name())
              : checked.lookup(entry.parent(), entry.name());
        });
  }

  /** The inode that a path leads to, or has led to until lately. */
  long inode(long pathAddress) throws IOException {
    return walk(walk -> walk.inode(pathAddress));
  }

  private static boolean isRoot(byte[] path) {
    return path.length == 1;
  }

  /** The last name of an absolute path other than the root. */
  static ByteString lastName(long pathAddress) {
    return lastName(NativeMemory.string(pathAddress));
  }

  private static ByteString lastName(byte[] path) {
    int start = path.length;
    while (path[start - 1] != SEPARATOR) {
      start--;
    }
    return name(path, start, path.length);
  }

  /** The array is ours alone, and nobody writes to it. */
  private static ByteString name(byte[] path, int start, int end) {
    return UnsafeByteOperations.unsafeWrap(path, start, end - start);
  }
}
