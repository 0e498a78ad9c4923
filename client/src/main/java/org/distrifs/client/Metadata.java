package org.distrifs.client;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.FileSystemStatistics;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.RecordReads;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.SetExtendedAttribute;

/**
 * Namespace operations by inode and name. Names are bytes, 1 to 255, without {@code '/'} and NUL,
 * and neither "." nor "..". Each call throws {@link org.distrifs.proto.error.ErrnoException} with
 * the errno that ext4 gives. Attributes of files with unsent writes of this process already count
 * them.
 *
 * <p>{@link #lookup}, {@link #attributes} may answer from a cache whose age is bounded by {@code
 * client.attributeTimeoutMs} and {@code client.entryTimeoutMs}; what this process changed is seen
 * at once. Thread-safe.
 */
public interface Metadata {
  /**
   * The same, for calls that go by names which may be out of date: each call that asks the master
   * has it look, in the same message, whether these names lead to their inodes at that moment; if
   * one does not, the call fails with {@code ESTALE} and has done nothing.
   */
  Metadata provided(List<NameCheck> names);

  /** The attributes of a name's inode; {@code ENOENT} when it is not there. */
  Attributes lookup(long parent, ByteString name) throws IOException;

  /**
   * As {@link #lookup}, but asks the master: what another mount renamed over the name and what it
   * wrote before it closed is seen, and a name that it gave up is free.
   */
  default Attributes freshLookup(long parent, ByteString name) throws IOException {
    return freshAttributes(lookup(parent, name).getInode());
  }

  Attributes attributes(long inode) throws IOException;

  /**
   * The newest that this process knows of an inode, asking nobody: {@code heard} itself, or what it
   * heard since, and what it has not committed yet.
   */
  Attributes newest(Attributes heard);

  /** As {@link #attributes}, but asks the master. For opens: the change counter decides. */
  Attributes freshAttributes(long inode) throws IOException;

  /**
   * Sets what is present in {@code change} (its inode field names the inode). Unsent writes of this
   * process are sent and committed first when a size or a time is set.
   */
  Attributes setAttributes(SetAttributes change, Caller caller) throws IOException;

  /** Sets the access times of what was read; what has changed since is passed over. */
  void recordReads(RecordReads reads) throws IOException;

  /** As the longer one, with no bits to be taken off the mode. */
  default Attributes makeDirectory(long parent, ByteString name, int mode, Caller caller)
      throws IOException {
    return makeDirectory(parent, name, mode, 0, caller);
  }

  /**
   * @param umask the permission bits that are taken off the mode, unless the directory has a
   *     default ACL (acl(5)), which the new one then inherits
   */
  Attributes makeDirectory(long parent, ByteString name, int mode, int umask, Caller caller)
      throws IOException;

  Attributes makeSymlink(long parent, ByteString name, ByteString target, Caller caller)
      throws IOException;

  /** As the longer one, with no bits to be taken off the mode. */
  default Attributes makeNode(long parent, ByteString name, int mode, long rdev, Caller caller)
      throws IOException {
    return makeNode(parent, name, mode, 0, rdev, caller);
  }

  /**
   * Creates what is neither directory nor symlink without opening it.
   *
   * @param umask as of {@link #makeDirectory(long, ByteString, int, int, Caller)}
   */
  Attributes makeNode(long parent, ByteString name, int mode, int umask, long rdev, Caller caller)
      throws IOException;

  Attributes link(long inode, long parent, ByteString name, Caller caller) throws IOException;

  /** Removes a name; answers the attributes, after that, of the inode that had it. */
  Attributes unlink(long parent, ByteString name, Caller caller) throws IOException;

  /** Removes an empty directory; answers its attributes after that. */
  Attributes removeDirectory(long parent, ByteString name, Caller caller) throws IOException;

  /**
   * Renames, and answers the attributes of what was at the old name.
   *
   * @param flags RENAME_NOREPLACE 1, RENAME_EXCHANGE 2
   */
  Attributes rename(
      long parent, ByteString name, long newParent, ByteString newName, int flags, Caller caller)
      throws IOException;

  /**
   * One page of a directory, without "." and "..".
   *
   * @param afterCookie 0 for the start, or the cookie of the last entry seen
   * @param lastCookie where the listing ends: the {@code newest_cookie} of its first page. Without
   *     that bound a reader who renames each entry that comes would be told the new names, too, and
   *     never come to an end. 0 for the first page, and for whoever wants the names as they are now
   * @return {@code entries}, {@code end_of_directory}, {@code newest_cookie}, the directory's
   *     {@code attributes} and its {@code parent}'s
   */
  OperationReply readDirectory(long inode, long afterCookie, long lastCookie, int limit)
      throws IOException;

  /**
   * What is behind the number of an inode that somebody kept, as the master sees it at this moment.
   *
   * @param root the directory from which a path must lead to the inode
   * @return the inode's {@code attributes}, and of a directory also its {@code parent}'s; {@code
   *     root} is its own
   * @throws org.distrifs.proto.error.ErrnoException ESTALE if it was removed, or no path leads
   *     there
   */
  OperationReply findInode(long inode, long root) throws IOException;

  ByteString readLink(long inode) throws IOException;

  FileSystemStatistics statistics() throws IOException;

  /**
   * The value of an extended attribute; empty when there is none of that name. The master is not
   * asked when attributes that are young enough say that the inode has none at all.
   */
  Optional<ByteString> extendedAttribute(long inode, ByteString name) throws IOException;

  /** The names of all extended attributes, with the bound on their age of {@link #attributes}. */
  List<ByteString> extendedAttributes(long inode) throws IOException;

  /**
   * Sets the extended attribute that {@code change} names. Before a capability is set, unsent
   * writes of this process are sent and committed, since a write takes capabilities away.
   */
  Attributes setExtendedAttribute(SetExtendedAttribute change, Caller caller) throws IOException;

  Attributes removeExtendedAttribute(long inode, ByteString name, Caller caller) throws IOException;
}
