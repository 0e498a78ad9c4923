package org.distrifs.client.write;

import java.util.concurrent.CompletableFuture;
import org.distrifs.client.session.RefusedException;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** Gets a chunk at an index of a file: the one that exists, or a fresh one. Thread-safe. */
final class ChunkAllocation {
  private final long inode;
  private final WrittenFile file;
  private final WriteServices services;

  ChunkAllocation(long inode, WrittenFile file, WriteServices services) {
    this.inode = inode;
    this.file = file;
    this.services = services;
  }

  /**
   * @param intentNumber of the write intent that it may begin
   */
  CompletableFuture<ChunkLocation> allocate(long index, long intentNumber) {
    return ask(index, intentNumber)
        .handle(
            (location, failure) -> {
              boolean epochMoved =
                  failure != null
                      && Replies.asIoException(failure, "allocate")
                          instanceof RefusedException refused
                      && refused.errno() == Errno.ESTALE;
              if (!epochMoved) {
                return failure == null
                    ? CompletableFuture.completedFuture(location)
                    : CompletableFuture.<ChunkLocation>failedFuture(failure);
              }
              // Another mount truncated the file: what is written now comes after that.
              return file.refresh().thenCompose(attributes -> ask(index, intentNumber));
            })
        .thenCompose(future -> future);
  }

  private CompletableFuture<ChunkLocation> ask(long index, long intentNumber) {
    AllocateChunk.Builder allocate =
        AllocateChunk.newBuilder()
            .setInode(inode)
            .setIndex(index)
            .setTruncateEpoch(file.truncateEpoch())
            .setIntentNumber(intentNumber);
    return services
        .master()
        .submit(Operation.newBuilder().setAllocateChunk(allocate).build())
        .thenCompose(reply -> at(index, reply));
  }

  private CompletableFuture<ChunkLocation> at(long index, OperationReply reply) {
    return reply.getChunksList().stream()
        .filter(location -> location.getIndex() == index)
        .findFirst()
        .map(CompletableFuture::completedFuture)
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new ErrnoException(
                        Errno.EPROTO,
                        "allocation of chunk index %d of inode %d, answered without a chunk"
                            .formatted(index, inode))));
  }
}
