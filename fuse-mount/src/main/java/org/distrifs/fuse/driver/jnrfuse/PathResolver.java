package org.distrifs.fuse.driver.jnrfuse;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.util.Optional;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * Finds inodes by the absolute paths that libfuse makes, one lookup for each component; the client
 * answers them from its cache as a rule. Paths are bytes.
 */
final class PathResolver {

  /** A name in a folder: what creating, removing and renaming work on. */
  record EntryName(long parent, ByteString name) {}

  private static final byte SEPARATOR = '/';

  private final FuseOperations operations;
  private final HiddenFiles hidden;

  PathResolver(FuseOperations operations, HiddenFiles hidden) {
    this.operations = operations;
    this.hidden = hidden;
  }

  /** The attributes of what a path leads to. */
  Attributes attributes(long pathAddress) throws IOException {
    byte[] path = NativeMemory.string(pathAddress);
    if (isRoot(path)) {
      return operations.getattr(operations.root());
    }
    Optional<Long> hiddenInode = hidden.inode(lastName(path));
    if (hiddenInode.isPresent()) {
      return operations.getattr(hiddenInode.get());
    }
    EntryName entry = entryName(path);
    return operations.lookup(entry.parent(), entry.name());
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
    return operations.lookup(entry.parent(), entry.name()).getInode();
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
        folder = operations.lookup(folder, name(path, start, end)).getInode();
        start = end + 1;
      }
    }
    return new EntryName(folder, name(path, start, path.length));
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
