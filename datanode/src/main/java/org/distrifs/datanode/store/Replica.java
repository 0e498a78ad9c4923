package org.distrifs.datanode.store;

import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import org.distrifs.proto.frame.Status;
import org.distrifs.proto.id.ChunkName;

/**
 * What memory knows of a replica, whether or not its files are open. Changed by the one disk
 * operation that runs on it, read by any thread.
 */
final class Replica {
  final UUID name;
  final long chunkId;
  final ReplicaForm form;
  final OperationQueue operations = new OperationQueue();

  private int version;
  private List<Integer> nodeIds;
  private int lengthBytes;
  private long lastOrder;
  private long headerGeneration;

  /** Length in the last header that was written. */
  private int headerLengthBytes;

  /** Number of the last write in the table of recent writes, as far as it was read. */
  private long lastNumber;

  /** Something else than zeros may lie behind the length. */
  private boolean tailInDoubt;

  private UUID bootId;
  private BitSet dirty;
  private BitSet corrupt;
  private boolean suspect;
  private boolean sameBoot;
  private boolean recentWritesReplaced;
  private boolean folderDurable;
  private boolean headerInDoubt;
  private boolean born;
  private boolean fullyAcknowledged = true;
  private boolean discarded;
  private long changes;
  private long durableChanges;
  private long lastChangeNs;

  private Replica(ReplicaForm form, UUID name) {
    this.form = form;
    this.name = name;
    this.chunkId = ChunkName.chunkId(name);
  }

  /** A replica that is about to be made: dirty all over, so that no crash can leave it trusted. */
  static Replica born(UUID name, int version, List<Integer> nodeIds, UUID bootId) {
    Replica replica = new Replica(ReplicaForm.ONE_FILE, name);
    replica.version = version;
    replica.nodeIds = List.copyOf(nodeIds);
    replica.bootId = bootId;
    replica.dirty = new BitSet();
    replica.dirty.set(0, MetaHeader.DIRTY_BITS);
    replica.changes = 1;
    replica.born = true;
    return replica;
  }

  /** A replica found at start. */
  static Replica found(FoundReplica found, UUID currentBootId) {
    MetaHeader header = found.header();
    Replica replica = new Replica(header.form(), header.name());
    replica.version = header.version();
    replica.nodeIds = header.nodeIds();
    replica.lengthBytes = found.lengthBytes();
    replica.headerLengthBytes = header.lengthBytes();
    replica.lastNumber = found.lastNumber();
    replica.lastOrder = header.lastOrder();
    replica.headerGeneration = header.generation();
    replica.bootId = header.bootId();
    replica.dirty = header.dirty();
    replica.suspect = !header.dirty().isEmpty();
    replica.tailInDoubt = replica.suspect;
    replica.sameBoot = header.bootId().equals(currentBootId);
    replica.folderDurable = !replica.suspect;
    replica.headerInDoubt = true;
    return replica;
  }

  synchronized ReplicaState state() {
    return new ReplicaState(
        chunkId,
        version,
        nodeIds,
        lengthBytes,
        lastOrder,
        !dirty.isEmpty(),
        suspect,
        sameBoot,
        corrupt == null ? List.of() : corrupt.stream().boxed().toList());
  }

  /** Whether its files have yet to be made. */
  synchronized boolean isBorn() {
    return born;
  }

  synchronized void setOnDisk() {
    born = false;
  }

  synchronized int version() {
    return version;
  }

  synchronized int lengthBytes() {
    return lengthBytes;
  }

  synchronized void setLengthBytes(int lengthBytes) {
    this.lengthBytes = lengthBytes;
    if (corrupt != null) {
      int blocks = MetaLayout.blocks(lengthBytes);
      corrupt.clear(blocks, Math.max(blocks, corrupt.length()));
    }
  }

  /** The number of the next write in the table of recent writes. */
  synchronized long nextNumber() {
    return ++lastNumber;
  }

  /** A write with this number was found in the table. */
  synchronized void numberUsed(long number) {
    lastNumber = Math.max(lastNumber, number);
  }

  /** Whether the last header that was written tells the length. */
  synchronized boolean isLengthInHeader() {
    return headerLengthBytes == lengthBytes;
  }

  /** Whether something else than zeros may lie behind the length. */
  synchronized boolean isTailInDoubt() {
    return tailInDoubt;
  }

  synchronized void setTailInDoubt(boolean tailInDoubt) {
    this.tailInDoubt = tailInDoubt;
  }

  synchronized long lastOrder() {
    return lastOrder;
  }

  synchronized boolean isSuspect() {
    return suspect;
  }

  /** Whether the ids of recent writes are those of bytes that are here. */
  synchronized boolean trustsRecentWrites() {
    return !suspect || sameBoot || recentWritesReplaced;
  }

  /** The ids of recent writes were taken over from another member. */
  synchronized void trustRecentWrites() {
    recentWritesReplaced = true;
  }

  synchronized boolean isDirty() {
    return !dirty.isEmpty();
  }

  synchronized boolean isDirty(int block) {
    return dirty.get((int) ((long) block * MetaLayout.BLOCK_BYTES / MetaLayout.MIB));
  }

  /** Whether all dirty bits of a range of bytes are set. */
  synchronized boolean isDirty(long from, long end) {
    int first = (int) (from / MetaLayout.MIB);
    int last = (int) ((end - 1) / MetaLayout.MIB);
    return dirty.nextClearBit(first) > last;
  }

  /**
   * Sets the dirty bits of a range of bytes, and more, so that few writes have to: in a clean
   * replica those of all MiBs behind its end too, in one that is dirty elsewhere all there are.
   *
   * @return false if those of the range were set before
   */
  synchronized boolean markDirty(long from, long end) {
    if (isDirty(from, end)) {
      return false;
    }
    if (dirty.isEmpty()) {
      int firstBehind = (lengthBytes + MetaLayout.MIB - 1) / MetaLayout.MIB;
      dirty.set((int) (from / MetaLayout.MIB), (int) ((end - 1) / MetaLayout.MIB) + 1);
      dirty.set(firstBehind, MetaHeader.DIRTY_BITS);
    } else {
      dirty.set(0, MetaHeader.DIRTY_BITS);
    }
    return true;
  }

  synchronized void markClean() {
    dirty.clear();
  }

  /** A write was applied and given this order. */
  synchronized void applied(long order, int newLengthBytes, long nowNs) {
    lastOrder = order;
    lengthBytes = newLengthBytes;
    changed(nowNs);
  }

  /** Something that must be made durable was changed. */
  synchronized void changed(long nowNs) {
    changes++;
    lastChangeNs = nowNs;
  }

  synchronized long changes() {
    return changes;
  }

  synchronized boolean isDurable() {
    return changes == durableChanges && folderDurable;
  }

  synchronized void madeDurable(long upToChanges) {
    durableChanges = Math.max(durableChanges, upToChanges);
  }

  /** Whether the last header that was written may not be durable yet. */
  synchronized boolean isHeaderInDoubt() {
    return headerInDoubt;
  }

  synchronized void setHeaderInDoubt(boolean headerInDoubt) {
    this.headerInDoubt = headerInDoubt;
  }

  synchronized boolean isFolderDurable() {
    return folderDurable;
  }

  synchronized void madeFolderDurable() {
    folderDurable = true;
  }

  synchronized long lastChangeNs() {
    return lastChangeNs;
  }

  synchronized boolean isFullyAcknowledged() {
    return fullyAcknowledged;
  }

  synchronized void setFullyAcknowledged(boolean fullyAcknowledged) {
    this.fullyAcknowledged = fullyAcknowledged;
  }

  synchronized boolean markCorrupt(int block) {
    if (corrupt == null) {
      corrupt = new BitSet();
    }
    boolean isNews = !corrupt.get(block);
    corrupt.set(block);
    return isNews;
  }

  synchronized void clearCorrupt(int firstBlock, int endBlock) {
    if (corrupt != null) {
      corrupt.clear(firstBlock, endBlock);
      if (corrupt.isEmpty()) {
        corrupt = null;
      }
    }
  }

  synchronized boolean isCorrupt(int firstBlock, int endBlock) {
    if (corrupt == null) {
      return false;
    }
    int next = corrupt.nextSetBit(firstBlock);
    return next >= 0 && next < endBlock;
  }

  /** Whether its files are in the trash; what was asked of it later finds no replica. */
  synchronized boolean isDiscarded() {
    return discarded;
  }

  synchronized void discarded() {
    discarded = true;
    dirty.clear();
    corrupt = null;
  }

  /** Whether it is a copy that belongs to no chain: nothing of it may be trusted after a crash. */
  synchronized boolean isJoining() {
    return version == 0;
  }

  /** It belongs to no chain any more. That it was suspect means nothing then: it serves nobody. */
  synchronized void joining(UUID currentBootId) {
    version = 0;
    nodeIds = List.of();
    lastOrder = 0;
    bootId = currentBootId;
    suspect = false;
    sameBoot = true;
    fullyAcknowledged = true;
    dirty.set(0, MetaHeader.DIRTY_BITS);
    changes++;
  }

  synchronized void installed(int newVersion, List<Integer> newNodeIds, UUID currentBootId) {
    version = newVersion;
    nodeIds = List.copyOf(newNodeIds);
    lastOrder = 0;
    bootId = currentBootId;
    suspect = false;
    sameBoot = true;
    fullyAcknowledged = true;
    dirty.clear();
  }

  /** The header to be written next; each call counts as one more generation. */
  synchronized MetaHeader nextHeader(UUID currentBootId) {
    if (!suspect) {
      bootId = currentBootId;
    }
    headerGeneration++;
    headerLengthBytes = lengthBytes;
    return new MetaHeader(
        form,
        name,
        headerGeneration,
        version,
        lengthBytes,
        lastOrder,
        lastNumber,
        bootId,
        nodeIds,
        (BitSet) dirty.clone());
  }

  StoreException failure(Status status, String what) {
    return new StoreException(status, "chunk " + name + ": " + what);
  }

  @Override
  public String toString() {
    return name.toString();
  }
}
