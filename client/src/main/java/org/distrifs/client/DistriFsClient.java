package org.distrifs.client;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.NameCheck;

/**
 * The SDK's façade: one session with the master and the data connections of one process.
 * Thread-safe.
 *
 * <p>Every call is bounded: past {@code client.operationTimeoutMs} it fails with {@code EIO} and
 * the log says who was waited for. Failures of the file system are {@link
 * org.distrifs.proto.error.ErrnoException}s.
 */
public interface DistriFsClient extends AutoCloseable {

  /** Inode number of the root directory. */
  long ROOT_INODE = 1;

  /** Names, attributes and directories. */
  Metadata metadata();

  /**
   * Opens a regular file by inode. Handles of one inode share its write buffer and read cache, so
   * that within this process a read sees every write before it.
   *
   * @throws IOException {@code EISDIR}, {@code ESTALE}, {@code EINVAL} for what is not a regular
   *     file
   */
  default OpenFile open(long inode) throws IOException {
    return open(inode, List.of());
  }

  /**
   * As {@link #open(long)}, if each of these names leads to its inode when the master gets to it;
   * otherwise it fails with {@code ESTALE}.
   */
  OpenFile open(long inode, List<NameCheck> names) throws IOException;

  /**
   * As {@link #open(long)}, with what {@link Metadata#freshLookup} or {@link
   * Metadata#freshAttributes} has just answered, so that the master is not asked again.
   */
  default OpenFile open(Attributes fresh) throws IOException {
    return open(fresh.getInode());
  }

  /** As the longer one, with no bits to be taken off the mode. */
  default OpenFile createAndOpen(
      long parent, ByteString name, int mode, boolean exclusive, Caller caller) throws IOException {
    return createAndOpen(parent, name, mode, 0, exclusive, caller);
  }

  /** As the longer one, whatever other names lead to. */
  default OpenFile createAndOpen(
      long parent, ByteString name, int mode, int umask, boolean exclusive, Caller caller)
      throws IOException {
    return createAndOpen(parent, name, mode, umask, exclusive, caller, List.of());
  }

  /**
   * Creates a regular file and opens it, in one call to the master.
   *
   * @param umask as of {@link Metadata#makeDirectory(long, ByteString, int, int, Caller)}
   * @param names that must lead to their inodes; see {@link Metadata#provided}
   * @throws IOException {@code EEXIST} when {@code exclusive} and the name exists
   */
  OpenFile createAndOpen(
      long parent,
      ByteString name,
      int mode,
      int umask,
      boolean exclusive,
      Caller caller,
      List<NameCheck> names)
      throws IOException;

  /**
   * Creates a regular file without a name, in the group that it would have in {@code parent}, and
   * opens it. It lives while a handle of it is open, unless {@link Metadata#link} names it.
   *
   * @param umask as of {@link Metadata#makeDirectory(long, ByteString, int, int, Caller)}
   * @param exclusive it never gets a name
   */
  OpenFile createUnnamedAndOpen(long parent, int mode, int umask, boolean exclusive, Caller caller)
      throws IOException;

  /**
   * Has a listener told of each inode of which bytes were lost that a write had accepted: who has
   * copies of them shows what is not in the file. Called with locks held; must not block, nor call
   * the client.
   */
  default void whenBytesAreLost(LongConsumer listener) {}

  /**
   * Names the queue in which the ends of open files wait before {@link OpenFile#close} is called
   * for them. Who is about to be refused a lock of such a file waits until the queue has been
   * empty.
   */
  default void closesComeThrough(CloseQueue queue) {}

  /** Sends and commits what all open files hold in memory. */
  void flushAll() throws IOException;

  /** Flushes what is open, within the operation bound, closes the session and the connections. */
  @Override
  void close() throws IOException;
}
