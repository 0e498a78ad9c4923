package org.distrifs.master.state;

import com.google.protobuf.ByteString;
import org.distrifs.master.namespace.FileMode;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.namespace.Names;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.master.namespace.Namespace.EntryName;
import org.distrifs.master.state.AccessControl.Inheritance;
import org.distrifs.proto.control.Create;
import org.distrifs.proto.control.CreateUnnamed;
import org.distrifs.proto.control.Link;
import org.distrifs.proto.control.MakeDirectory;
import org.distrifs.proto.control.MakeSymlink;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.RemoveDirectory;
import org.distrifs.proto.control.Rename;
import org.distrifs.proto.control.Unlink;
import org.distrifs.proto.error.Errno;

/** The mutations that make, move and remove names. */
final class NamespaceMutations {

  private static final String NO_ROOM_FOR_ACL = "there is no room for the directory's ACL";
  private static final int RENAME_NOREPLACE = 1;
  private static final int RENAME_EXCHANGE = 2;

  private final Namespace namespace;
  private final InodeTable inodes;
  private final InodeResolver resolver;
  private final ChunkAllocation allocation;
  private final AccessControl access;
  private final Replies replies;

  NamespaceMutations(
      Namespace namespace,
      InodeResolver resolver,
      ChunkAllocation allocation,
      AccessControl access,
      Replies replies) {
    this.namespace = namespace;
    this.inodes = namespace.inodes();
    this.resolver = resolver;
    this.allocation = allocation;
    this.access = access;
    this.replies = replies;
  }

  OperationReply create(Mutation mutation, Create create) {
    int mode = typed(create.getMode());
    if (!FileMode.isNode(mode)) {
      return Replies.error(FileMode.isDirectory(mode) ? Errno.EPERM : Errno.EINVAL);
    }
    int exponent = allocation.chunkSizeExponent(create.getChunkSizeBytes());
    if (exponent < 0) {
      return Replies.error(Errno.EINVAL, "a chunk size is a power of two from 4 KiB to 1 GiB");
    }
    byte[] name = create.getName().toByteArray();
    int directory = parentOf(create.getParent(), name);
    if (directory < 0) {
      return Replies.error(-directory);
    }
    int existing = namespace.lookup(directory, name);
    if (existing != 0) {
      return answerExisting(existing, directory, create.getExclusive());
    }
    int noRoom = namespace.checkRoom(directory);
    if (noRoom != 0) {
      return Replies.error(noRoom);
    }
    Inheritance inheritance = access.inheritance(directory, mode, create.getUmask());
    if (!access.hasRoomFor(inheritance)) {
      return Replies.error(Errno.ENOSPC, NO_ROOM_FOR_ACL);
    }
    int inode = make(mutation, directory, name, inheritance);
    if (FileMode.isDevice(mode)) {
      inodes.setPayload(inode, create.getRdev());
    }
    OperationReply.Builder reply = OperationReply.newBuilder();
    if (FileMode.isRegular(mode)) {
      inodes.setChunkSizeExponent(inode, exponent);
      if (create.getWithFirstChunk()) {
        addFirstChunk(mutation, inode, reply);
      }
    }
    return made(inode, directory, reply);
  }

  OperationReply createUnnamed(Mutation mutation, CreateUnnamed create) {
    int mode = typed(create.getMode());
    if (!FileMode.isRegular(mode)) {
      return Replies.error(Errno.EINVAL);
    }
    int directory = resolver.directory(create.getParent());
    if (directory < 0) {
      return Replies.error(-directory);
    }
    if (namespace.isRemoved(directory)) {
      // What ext4 answers: here there is no name that could be missing.
      return Replies.error(Errno.EPERM);
    }
    int noRoom = namespace.checkRoom(directory);
    if (noRoom != 0) {
      return Replies.error(noRoom);
    }
    Inheritance inheritance = access.inheritance(directory, mode, create.getUmask());
    if (!access.hasRoomFor(inheritance)) {
      return Replies.error(Errno.ENOSPC, NO_ROOM_FOR_ACL);
    }
    int inode =
        namespace.makeUnnamed(
            directory,
            inheritance.mode(),
            mutation.caller().getUid(),
            mutation.caller().getGid(),
            mutation.time(),
            !create.getExclusive());
    access.inherit(inode, inheritance);
    inodes.setChunkSizeExponent(inode, allocation.chunkSizeExponent(0));
    OperationReply.Builder reply = OperationReply.newBuilder();
    if (create.getWithFirstChunk()) {
      addFirstChunk(mutation, inode, reply);
    }
    return made(inode, directory, reply);
  }

  private void addFirstChunk(Mutation mutation, int inode, OperationReply.Builder reply) {
    int chunk = allocation.tryAllocate(mutation, inode, 0, 0);
    if (chunk > 0) {
      reply.addChunks(replies.location(chunk));
    }
  }

  private OperationReply made(int inode, int directory, OperationReply.Builder reply) {
    return reply
        .setAttributes(replies.attributes(inode))
        .setParent(replies.attributes(directory))
        .build();
  }

  private OperationReply answerExisting(int existing, int directory, boolean exclusive) {
    if (exclusive) {
      return Replies.error(Errno.EEXIST);
    }
    if (inodes.isDirectory(existing)) {
      return Replies.error(Errno.EISDIR);
    }
    return replies.of(existing).setParent(replies.attributes(directory)).build();
  }

  OperationReply makeDirectory(Mutation mutation, MakeDirectory make) {
    byte[] name = make.getName().toByteArray();
    int directory = parentForNewName(make.getParent(), name);
    if (directory < 0) {
      return Replies.error(-directory);
    }
    int mode = FileMode.DIRECTORY | make.getMode() & FileMode.PERMISSION_MASK;
    Inheritance inheritance = access.inheritance(directory, mode, make.getUmask());
    if (!access.hasRoomFor(inheritance)) {
      return Replies.error(Errno.ENOSPC, NO_ROOM_FOR_ACL);
    }
    int inode = make(mutation, directory, name, inheritance);
    return replies.of(inode).setParent(replies.attributes(directory)).build();
  }

  OperationReply makeSymlink(Mutation mutation, MakeSymlink make) {
    ByteString target = make.getTarget();
    if (target.isEmpty()) {
      return Replies.error(Errno.ENOENT);
    }
    if (target.size() > Names.MAX_TARGET_BYTES) {
      return Replies.error(Errno.ENAMETOOLONG);
    }
    byte[] name = make.getName().toByteArray();
    int directory = parentForNewName(make.getParent(), name);
    if (directory < 0) {
      return Replies.error(-directory);
    }
    int inode =
        namespace.makeSymlink(
            directory,
            name,
            target.toByteArray(),
            mutation.caller().getUid(),
            mutation.caller().getGid(),
            mutation.time());
    return replies.of(inode).setParent(replies.attributes(directory)).build();
  }

  OperationReply link(Mutation mutation, Link link) {
    byte[] name = link.getName().toByteArray();
    int directory = parentOf(link.getParent(), name);
    if (directory < 0) {
      return Replies.error(-directory);
    }
    int inode = resolver.any(link.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    return changed(inode, directory, namespace.link(inode, directory, name, mutation.time()));
  }

  OperationReply unlink(Mutation mutation, Unlink unlink) {
    byte[] name = unlink.getName().toByteArray();
    int directory = parentOf(unlink.getParent(), name);
    if (directory < 0) {
      return Replies.error(-directory);
    }
    int inode = namespace.lookup(directory, name);
    return changed(inode, directory, namespace.unlink(directory, name, mutation.time()));
  }

  OperationReply removeDirectory(Mutation mutation, RemoveDirectory remove) {
    byte[] name = remove.getName().toByteArray();
    int directory = parentOf(remove.getParent(), name);
    if (directory < 0) {
      return Replies.error(-directory);
    }
    int inode = namespace.lookup(directory, name);
    return changed(inode, directory, namespace.removeDirectory(directory, name, mutation.time()));
  }

  OperationReply rename(Mutation mutation, Rename rename) {
    int flags = rename.getFlags();
    if (flags != 0 && flags != RENAME_NOREPLACE && flags != RENAME_EXCHANGE) {
      return Replies.error(Errno.EINVAL);
    }
    byte[] oldName = rename.getName().toByteArray();
    byte[] newName = rename.getNewName().toByteArray();
    int from = parentOf(rename.getParent(), oldName);
    int to = parentOf(rename.getNewParent(), newName);
    if (from < 0 || to < 0) {
      return Replies.error(from < 0 ? -from : -to);
    }
    int inode = namespace.lookup(from, oldName);
    EntryName source = new EntryName(from, oldName);
    EntryName target = new EntryName(to, newName);
    int errno =
        flags == RENAME_EXCHANGE
            ? namespace.exchange(source, target, mutation.time())
            : namespace.rename(source, target, flags == RENAME_NOREPLACE, mutation.time());
    return errno != 0
        ? Replies.error(errno)
        : replies
            .of(inode)
            .setParent(replies.attributes(from))
            .setSecondParent(replies.attributes(to))
            .build();
  }

  private int make(Mutation mutation, int directory, byte[] name, Inheritance inheritance) {
    int inode =
        namespace.make(
            directory,
            name,
            inheritance.mode(),
            mutation.caller().getUid(),
            mutation.caller().getGid(),
            mutation.time());
    access.inherit(inode, inheritance);
    return inode;
  }

  /** The answer to a change of the entries of one inode in one directory, by its errno or 0. */
  private OperationReply changed(int inode, int directory, int errno) {
    return errno != 0
        ? Replies.error(errno)
        : replies.of(inode).setParent(replies.attributes(directory)).build();
  }

  /** The directory, or a negative errno that it or the name is refused with. */
  private int parentOf(long directoryId, byte[] name) {
    int badName = Names.check(name);
    return badName != 0 ? -badName : resolver.directory(directoryId);
  }

  /** As {@link #parentOf}, for a name that must be free. */
  private int parentForNewName(long directoryId, byte[] name) {
    int directory = parentOf(directoryId, name);
    if (directory < 0) {
      return directory;
    }
    if (namespace.lookup(directory, name) != 0) {
      return -Errno.EEXIST.code();
    }
    int noRoom = namespace.checkRoom(directory);
    return noRoom != 0 ? -noRoom : directory;
  }

  private static int typed(int mode) {
    int type = mode & FileMode.TYPE_MASK;
    int permissions = mode & FileMode.PERMISSION_MASK;
    return (type == 0 ? FileMode.REGULAR : type) | permissions;
  }
}
