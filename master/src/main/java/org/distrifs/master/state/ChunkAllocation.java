package org.distrifs.master.state;

import org.distrifs.master.namespace.InodeTable;
import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.Candidates;

/** Where a file's bytes go: a chunk for each place in it that is written. */
final class ChunkAllocation {

  /** The smallest chunk: one block. */
  static final long MIN_CHUNK_SIZE_BYTES = 4096;

  /** The largest chunk: its length has to fit an int. */
  static final long MAX_CHUNK_SIZE_BYTES = 1L << 30;

  private static final int FILE_SIZE_BITS = 63;

  private final InodeTable inodes;
  private final InodeResolver resolver;
  private final FileChunks chunks;
  private final UnfinishedWrites unfinished;
  private final Nodes nodes;
  private final Replies replies;
  private long defaultChunkSizeBytes;

  ChunkAllocation(
      InodeTable inodes,
      InodeResolver resolver,
      FileChunks chunks,
      UnfinishedWrites unfinished,
      Nodes nodes,
      Replies replies) {
    this.inodes = inodes;
    this.resolver = resolver;
    this.chunks = chunks;
    this.unfinished = unfinished;
    this.nodes = nodes;
    this.replies = replies;
  }

  static boolean isChunkSize(long bytes) {
    return bytes >= MIN_CHUNK_SIZE_BYTES
        && bytes <= MAX_CHUNK_SIZE_BYTES
        && Long.bitCount(bytes) == 1;
  }

  long defaultChunkSizeBytes() {
    return defaultChunkSizeBytes;
  }

  void setDefaultChunkSizeBytes(long bytes) {
    defaultChunkSizeBytes = bytes;
  }

  /** The exponent of the chunk size that was asked for (0: the default), or -1 if it is none. */
  int chunkSizeExponent(long askedBytes) {
    long bytes = askedBytes == 0 ? defaultChunkSizeBytes : askedBytes;
    return isChunkSize(bytes) ? Long.numberOfTrailingZeros(bytes) : -1;
  }

  OperationReply allocate(Mutation mutation, AllocateChunk allocate) {
    int inode = resolver.regular(allocate.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    if (allocate.getTruncateEpoch() != inodes.truncateEpoch(inode)) {
      return replies.of(inode).setErrno(Errno.ESTALE.code()).build();
    }
    long index = allocate.getIndex();
    if (index >>> (FILE_SIZE_BITS - inodes.chunkSizeExponent(inode)) != 0) {
      return Replies.error(Errno.EFBIG);
    }
    int chunk = tryAllocate(mutation, inode, index, allocate.getIntentNumber());
    if (chunk < 0) {
      return Replies.error(Errno.ofCode(-chunk), "no chain of datanodes for a new chunk");
    }
    boolean isShared = unfinished.isShared(chunk);
    if (isShared && unfinished.isRefused(mutation.sessionId(), allocate.getInode())) {
      return Replies.error(Errno.ENFILE);
    }
    if (isShared) {
      unfinished.began(mutation.sessionId(), allocate.getInode(), allocate.getIntentNumber());
    }
    return replies.of(inode).addChunks(replies.location(chunk)).build();
  }

  /**
   * The chunk at a place, made if there is none; or a negative errno.
   *
   * @param number of the write intent that the allocation may begin
   */
  int tryAllocate(Mutation mutation, int inode, long index, long number) {
    int existing = chunks.map().at(inode, index);
    if (existing != 0 && !chunks.map().isFresh(existing)) {
      return existing;
    }
    long session = mutation.sessionId();
    if (existing != 0 && chunks.fresh().isHolder(chunks.map().id(existing), session)) {
      return existing;
    }
    if (chunks.fresh().isFull(session) || chunks.map().isFull()) {
      return -Errno.ENOSPC.code();
    }
    if (existing != 0) {
      chunks.fresh().hold(chunks.map().id(existing), session, number);
      return existing;
    }
    for (Candidates candidates : mutation.candidates()) {
      if (nodes.canBeChain(candidates.getNodeIdsList())) {
        int[] members = candidates.getNodeIdsList().stream().mapToInt(id -> id).toArray();
        return chunks.allocate(inode, index, members, session, number);
      }
    }
    return -Errno.ENOSPC.code();
  }
}
