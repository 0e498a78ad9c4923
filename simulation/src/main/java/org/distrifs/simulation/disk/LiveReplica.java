package org.distrifs.simulation.disk;

import static org.distrifs.simulation.disk.StoredReplica.BLOCK_BYTES;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.datanode.store.StoreException;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.frame.Status;

/** A replica in the memory of a running store. */
final class LiveReplica {

  final long chunkId;
  final UUID bootId;

  /**
   * The writes that were asked for and are not done yet, in order. A crash may leave each of them
   * half done.
   */
  final Queue<WriteOperation> waitingWrites = new ArrayDeque<>();

  final BitSet corrupt = new BitSet();

  /** Null until its files are created. */
  StoredReplica files;

  boolean discarded;

  int version;
  List<Integer> nodeIds;
  int length;
  long lastOrder;
  boolean dirty;
  boolean suspect;
  boolean sameBoot;
  boolean fullyAcknowledged = true;
  boolean recentReplaced;

  /** An unclean stop may have left something behind the length. */
  boolean tailInDoubt;

  long lastChangeNs;
  long busyUntilNs;

  private LiveReplica(long chunkId, UUID bootId) {
    this.chunkId = chunkId;
    this.bootId = bootId;
  }

  static LiveReplica born(long chunkId, int version, List<Integer> nodeIds, UUID bootId) {
    LiveReplica replica = new LiveReplica(chunkId, bootId);
    replica.version = version;
    replica.nodeIds = List.copyOf(nodeIds);
    replica.dirty = true;
    return replica;
  }

  static LiveReplica found(long chunkId, StoredReplica files, UUID bootId) {
    LiveReplica replica = new LiveReplica(chunkId, bootId);
    StoredReplica.Header header = files.header();
    replica.files = files;
    replica.version = header.version();
    replica.nodeIds = header.nodeIds();
    replica.length = files.lengthBytes();
    replica.lastOrder = header.lastOrder();
    replica.dirty = header.dirty();
    replica.suspect = header.dirty();
    replica.tailInDoubt = header.dirty();
    replica.sameBoot = header.bootId().equals(bootId);
    return replica;
  }

  ReplicaState state() {
    return new ReplicaState(
        chunkId,
        version,
        nodeIds,
        length,
        lastOrder,
        dirty,
        suspect,
        sameBoot,
        corrupt.stream().boxed().toList());
  }

  boolean trustsRecent() {
    return !suspect || sameBoot || recentReplaced;
  }

  /** Durably makes this a copy that belongs to no chain. */
  void join() {
    version = 0;
    nodeIds = List.of();
    lastOrder = 0;
    suspect = false;
    sameBoot = true;
    fullyAcknowledged = true;
    dirty = true;
    writeHeader();
  }

  /** Writes the header durably from what is in memory. */
  void writeHeader() {
    files.writeHeaderDurably(nextHeader());
  }

  StoredReplica.Header nextHeader() {
    UUID of = suspect ? files.header().bootId() : bootId;
    return new StoredReplica.Header(version, nodeIds, length, lastOrder, dirty, of);
  }

  /** Called before the replica grows. */
  void clearTail() {
    if (tailInDoubt) {
      files.cutBehind(length);
      tailInDoubt = false;
    }
  }

  void markDirty() {
    if (!dirty) {
      dirty = true;
      writeHeader();
    }
  }

  int blockLength(int block) {
    return Math.max(0, Math.min(BLOCK_BYTES, length - block * BLOCK_BYTES));
  }

  int blocks() {
    return (length + BLOCK_BYTES - 1) / BLOCK_BYTES;
  }

  int presentChecksum(int block) {
    return BlockChecksums.of(
        ByteBuffer.wrap(files.bytes, block * BLOCK_BYTES, blockLength(block)).slice());
  }

  boolean matches(int block) {
    return files.checksums[block] == presentChecksum(block);
  }

  /** Checks a block. If its bytes do not match their checksum, marks it as corrupt and fails. */
  void verify(int block) throws StoreException {
    if (!matches(block)) {
      corrupt.set(block);
      throw failure(Status.CORRUPT_REPLICA, "block " + block + " does not match its checksum");
    }
  }

  /** The blocks that a range touches, up to the replica's end: the first one, and how many. */
  int[] range(int offset, int bytes) {
    int end = Math.min(length, Math.toIntExact(Math.min((long) offset + bytes, length)));
    int wholeEnd = Math.min(length, (end + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES);
    int first = offset / BLOCK_BYTES;
    return new int[] {
      first, offset >= length ? 0 : (wholeEnd + BLOCK_BYTES - 1) / BLOCK_BYTES - first
    };
  }

  int[] checksums(int offset, int bytes) {
    int[] range = range(offset, bytes);
    return Arrays.copyOfRange(files.checksums, range[0], range[0] + range[1]);
  }

  StoreException failure(Status status, String what) {
    return new StoreException(status, "chunk " + chunkId + ": " + what);
  }
}
