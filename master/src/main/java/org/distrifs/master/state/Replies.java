package org.distrifs.master.state;

import org.distrifs.master.chunk.ChunkMap;
import org.distrifs.master.namespace.ExtendedAttributeTable;
import org.distrifs.master.namespace.FileMode;
import org.distrifs.master.namespace.FileTime;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;

/** Puts what the tables hold into messages. */
final class Replies {

  /** What stat shows as the size of a directory: a block, as ext4 does for a small one. */
  private static final long DIRECTORY_SIZE_BYTES = 4096;

  private final InodeTable inodes;
  private final ExtendedAttributeTable extendedAttributes;
  private final ChunkMap chunks;
  private final AllocatedBlocks blocks;

  Replies(Namespace namespace, ChunkMap chunks, AllocatedBlocks blocks) {
    this.inodes = namespace.inodes();
    this.extendedAttributes = namespace.extendedAttributes();
    this.chunks = chunks;
    this.blocks = blocks;
  }

  static OperationReply error(Errno errno) {
    return error(errno.code());
  }

  static OperationReply error(int errno) {
    return OperationReply.newBuilder().setErrno(errno).build();
  }

  static OperationReply error(Errno errno, String message) {
    return OperationReply.newBuilder().setErrno(errno.code()).setMessage(message).build();
  }

  OperationReply.Builder of(int inode) {
    return OperationReply.newBuilder().setAttributes(attributes(inode));
  }

  Attributes attributes(int inode) {
    int mode = inodes.mode(inode);
    boolean isDirectory = FileMode.isDirectory(mode);
    long atime = inodes.atime(inode);
    long mtime = inodes.mtime(inode);
    long ctime = inodes.ctime(inode);
    long btime = inodes.btime(inode);
    Attributes.Builder attributes =
        Attributes.newBuilder()
            .setInode(inodes.id(inode))
            .setMode(mode)
            .setNlink(isDirectory ? directoryLinks(inodes.nlink(inode)) : inodes.nlink(inode))
            .setUid(inodes.uid(inode))
            .setGid(inodes.gid(inode))
            .setSize(isDirectory ? directorySize(inodes.nlink(inode)) : inodes.size(inode))
            .setAtimeS(FileTime.seconds(atime))
            .setAtimeNs(FileTime.nanoseconds(atime))
            .setMtimeS(FileTime.seconds(mtime))
            .setMtimeNs(FileTime.nanoseconds(mtime))
            .setCtimeS(FileTime.seconds(ctime))
            .setCtimeNs(FileTime.nanoseconds(ctime))
            .setBtimeS(FileTime.seconds(btime))
            .setBtimeNs(FileTime.nanoseconds(btime))
            .setInodeFlags(inodes.flags(inode))
            .setChangeCounter(inodes.changeCounter(inode))
            .setTruncateEpoch(inodes.truncateEpoch(inode))
            .setHasExtendedAttributes(extendedAttributes.has(inode));
    if (FileMode.isRegular(mode)) {
      attributes
          .setChunkSizeBytes(1L << inodes.chunkSizeExponent(inode))
          .setChunkCount(inodes.payload(inode))
          .setAllocatedBlocks(blocks.count(inode));
    } else if (FileMode.isDevice(mode)) {
      attributes.setRdev(inodes.payload(inode));
    }
    return attributes.build();
  }

  ChunkLocation location(int chunk) {
    ChunkLocation.Builder location =
        ChunkLocation.newBuilder()
            .setIndex(chunks.index(chunk))
            .setChunkId(chunks.id(chunk))
            .setVersion(chunks.version(chunk))
            .setFresh(chunks.isFresh(chunk))
            .setLossyVersion(chunks.lossyVersion(chunk));
    for (int nodeId : chunks.members(chunk)) {
      location.addMembers(Member.newBuilder().setNodeId(nodeId));
    }
    return location.build();
  }

  /** One that was removed, and is open, has no entries that could take room. */
  private static long directorySize(int nlink) {
    return nlink == 0 ? 0 : DIRECTORY_SIZE_BYTES;
  }

  /** Programs that count subdirectories by links take 1 for "do not": as ext4's dir_nlink. */
  private static int directoryLinks(int nlink) {
    return nlink > Namespace.MAX_LINKS ? 1 : nlink;
  }
}
