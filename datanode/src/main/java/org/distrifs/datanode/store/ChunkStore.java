package org.distrifs.datanode.store;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.distrifs.proto.frame.DataRequest;

/**
 * Where a datanode keeps its replicas. Seam: local disks in production, simulated ones in tests.
 *
 * <p>Every call returns at once and may be made on any thread. The operations of one chunk that
 * return a future are carried out one after the other, in the order of the calls; a future
 * completes on the thread that did the work, which must not be blocked, or on the caller's when the
 * answer was in memory. A failure is a {@link StoreException}. Buffers passed in belong to the
 * store from then on, which releases them whatever happens.
 */
public interface ChunkStore extends AutoCloseable {

  /** Longest chunk that can be kept, in bytes. */
  int MAX_CHUNK_BYTES = 1 << 30;

  /** Writes whose ids are remembered for each replica, all sessions together. */
  int MAX_RECENT_WRITES = 1024;

  /**
   * Writes whose ids are remembered for each session: as many as a client may have sent to one
   * chunk without knowing that all before them were applied.
   */
  int MAX_RECENT_WRITES_OF_SESSION = DataRequest.MAX_WRITES_IN_FLIGHT;

  /** State of a replica from memory; {@code null} if there is none here. */
  ReplicaState find(long chunkId);

  /** Visits the state of every replica, from memory, in no order. */
  void forEach(Consumer<ReplicaState> visitor);

  /** Replicas here. */
  int count();

  /** Replicas kept for the operator after a rollback. */
  int quarantinedReplicas();

  /** Known corrupt blocks, at most {@code limit}. */
  List<CorruptBlock> corruptBlocks(int limit);

  /** Corrupt blocks found since the process began. */
  long corruptBlocksFound();

  /**
   * Takes out the ids of replicas whose state changed since the last call, at most {@code limit}.
   */
  List<Long> takeChanged(int limit);

  /**
   * Bytes that new replicas may still take: what is free on the disk, and what the trash can give
   * back, above the reserve. As of the last second.
   */
  long roomBytes();

  /** Bytes of the disk that are free, or that the trash can give back. */
  long freeBytes();

  /** Bytes of the disk. */
  long totalBytes();

  /** Whether there is room for a new replica without touching the reserve. */
  boolean hasRoomToCreate();

  /** Whether there is room to make replicas longer. */
  boolean hasRoomToGrow();

  /** Loads what the chain needs to know of a replica. */
  CompletableFuture<OpenedReplica> open(long chunkId);

  /**
   * Applies a write of the replica's version whose order follows the last one's. Makes the replica
   * if it is not there and the write says so. The checksums must have been verified against the
   * payload.
   *
   * @param alreadyApplied the bytes are here from an earlier version: only count the order
   */
  CompletableFuture<Void> write(DataRequest.Write write, boolean alreadyApplied, ByteBuf payload);

  /**
   * Where blocks lie, for a transfer from the file. Completes at once when the replica's checksums
   * are in memory; not ordered with writes.
   *
   * @param offset a multiple of the block size
   * @param length bytes; rounded up to whole blocks, cut at the replica's end
   */
  CompletableFuture<FileBlocks> locate(long chunkId, int offset, int length);

  /**
   * Reads blocks and verifies them, ordered with writes: a mismatch is rot, is remembered and fails
   * with {@code CORRUPT_REPLICA}. Parameters as of {@link #locate}.
   */
  CompletableFuture<MemoryBlocks> readVerified(long chunkId, int offset, int length);

  /** Makes everything durable that was applied before this call. */
  CompletableFuture<Void> sync(long chunkId);

  /** The state after everything that was asked before this call. */
  CompletableFuture<ReplicaState> drain(long chunkId);

  /** Content of the MiB that starts at {@code offset}, verified as it is read. */
  CompletableFuture<MibDigest> digest(long chunkId, int offset);

  /** Stored checksums of the blocks that start in {@code [offset, offset + length)}. */
  CompletableFuture<int[]> checksums(long chunkId, int offset, int length);

  /**
   * Replaces whole blocks by another member's, verified.
   *
   * @param offset a multiple of the block size
   * @param checksums one for each block of {@code bytes}
   */
  CompletableFuture<Void> replaceBlocks(long chunkId, int offset, int[] checksums, ByteBuf bytes);

  /**
   * Cuts or extends with zeros, in the course of a reconciliation: a bad block at the boundary is
   * marked corrupt and stays so until it is replaced.
   */
  CompletableFuture<Void> resize(long chunkId, int lengthBytes);

  /**
   * Makes a replica with version 0, which belongs to no chain, or turns the one that is here into
   * one, durably before this completes: whatever is done to its bytes afterwards, no start of the
   * node trusts it. It is dirty until an {@link #install}.
   */
  CompletableFuture<Void> join(long chunkId);

  /**
   * Moves the replica to the trash or into quarantine, from where it goes after a while, and
   * forgets it. Fails with {@code STALE_VERSION} if it is in another version.
   */
  CompletableFuture<Void> discard(long chunkId, int version, Removal removal);

  /** Takes over the table of recent writes of another member, oldest first. */
  CompletableFuture<Void> replaceRecentWrites(long chunkId, List<WriteId> writes);

  /**
   * The last resort of a chunk whose members all went through an unclean stop: blocks of a suspect
   * replica that do not match their checksum and lie where it was dirty get a new checksum of the
   * bytes that are there, each logged.
   *
   * @return blocks treated so
   */
  CompletableFuture<Integer> rechecksum(long chunkId);

  /**
   * Durably takes a new version, chain and length; what is there is made durable first, and the
   * replica is clean and no longer suspect.
   *
   * @param lengthBytes or {@link DataRequest.Install#lengthBytes} to keep
   */
  CompletableFuture<OpenedReplica> install(
      long chunkId, int version, List<Integer> nodeIds, int lengthBytes);

  /**
   * Says whether all that was applied is acknowledged by the members behind. A replica of which not
   * all is when the store closes is suspect when it is opened again.
   */
  void setFullyAcknowledged(long chunkId, boolean fullyAcknowledged);

  /** Finishes what was asked, makes everything durable, marks it clean. */
  @Override
  void close();
}
