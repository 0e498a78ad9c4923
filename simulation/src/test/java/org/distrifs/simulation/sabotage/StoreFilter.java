package org.distrifs.simulation.sabotage;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.CorruptBlock;
import org.distrifs.datanode.store.FileBlocks;
import org.distrifs.datanode.store.MemoryBlocks;
import org.distrifs.datanode.store.MibDigest;
import org.distrifs.datanode.store.OpenedReplica;
import org.distrifs.datanode.store.Removal;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.frame.DataRequest;

/** A store that passes every call to another one. Subclasses break one of them. */
abstract class StoreFilter implements ChunkStore {

  final ChunkStore real;

  StoreFilter(ChunkStore real) {
    this.real = real;
  }

  @Override
  public ReplicaState find(long chunkId) {
    return real.find(chunkId);
  }

  @Override
  public void forEach(Consumer<ReplicaState> visitor) {
    real.forEach(visitor);
  }

  @Override
  public int count() {
    return real.count();
  }

  @Override
  public int quarantinedReplicas() {
    return real.quarantinedReplicas();
  }

  @Override
  public List<CorruptBlock> corruptBlocks(int limit) {
    return real.corruptBlocks(limit);
  }

  @Override
  public long corruptBlocksFound() {
    return real.corruptBlocksFound();
  }

  @Override
  public List<Long> takeChanged(int limit) {
    return real.takeChanged(limit);
  }

  @Override
  public long roomBytes() {
    return real.roomBytes();
  }

  @Override
  public long freeBytes() {
    return real.freeBytes();
  }

  @Override
  public long totalBytes() {
    return real.totalBytes();
  }

  @Override
  public boolean hasRoomToCreate() {
    return real.hasRoomToCreate();
  }

  @Override
  public boolean hasRoomToGrow() {
    return real.hasRoomToGrow();
  }

  @Override
  public CompletableFuture<OpenedReplica> open(long chunkId) {
    return real.open(chunkId);
  }

  @Override
  public CompletableFuture<Void> write(
      DataRequest.Write write, boolean alreadyApplied, ByteBuf payload) {
    return real.write(write, alreadyApplied, payload);
  }

  @Override
  public CompletableFuture<FileBlocks> locate(long chunkId, int offset, int length) {
    return real.locate(chunkId, offset, length);
  }

  @Override
  public CompletableFuture<MemoryBlocks> readVerified(long chunkId, int offset, int length) {
    return real.readVerified(chunkId, offset, length);
  }

  @Override
  public CompletableFuture<Void> sync(long chunkId) {
    return real.sync(chunkId);
  }

  @Override
  public CompletableFuture<ReplicaState> drain(long chunkId) {
    return real.drain(chunkId);
  }

  @Override
  public CompletableFuture<MibDigest> digest(long chunkId, int offset) {
    return real.digest(chunkId, offset);
  }

  @Override
  public CompletableFuture<int[]> checksums(long chunkId, int offset, int length) {
    return real.checksums(chunkId, offset, length);
  }

  @Override
  public CompletableFuture<Void> replaceBlocks(
      long chunkId, int offset, int[] checksums, ByteBuf bytes) {
    return real.replaceBlocks(chunkId, offset, checksums, bytes);
  }

  @Override
  public CompletableFuture<Void> resize(long chunkId, int lengthBytes) {
    return real.resize(chunkId, lengthBytes);
  }

  @Override
  public CompletableFuture<Void> join(long chunkId) {
    return real.join(chunkId);
  }

  @Override
  public CompletableFuture<Void> discard(long chunkId, int version, Removal removal) {
    return real.discard(chunkId, version, removal);
  }

  @Override
  public CompletableFuture<Void> replaceRecentWrites(long chunkId, List<WriteId> writes) {
    return real.replaceRecentWrites(chunkId, writes);
  }

  @Override
  public CompletableFuture<Integer> rechecksum(long chunkId) {
    return real.rechecksum(chunkId);
  }

  @Override
  public CompletableFuture<OpenedReplica> install(
      long chunkId, int version, List<Integer> nodeIds, int lengthBytes) {
    return real.install(chunkId, version, nodeIds, lengthBytes);
  }

  @Override
  public void setFullyAcknowledged(long chunkId, boolean fullyAcknowledged) {
    real.setFullyAcknowledged(chunkId, fullyAcknowledged);
  }

  @Override
  public void close() {
    real.close();
  }
}
