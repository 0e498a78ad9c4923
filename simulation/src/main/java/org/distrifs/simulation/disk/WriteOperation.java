package org.distrifs.simulation.disk;

import static org.distrifs.simulation.disk.StoredReplica.BLOCK_BYTES;

import org.distrifs.datanode.store.StoreException;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.simulation.scheduler.SeededChoices;

/**
 * A write into the files, in the steps of the real store: dirty mark, bytes, checksums, id of the
 * write. After a crash only some of the steps are done.
 */
final class WriteOperation {

  private final DataRequest.Write write;
  private final boolean alreadyApplied;
  private final byte[] payload;

  WriteOperation(DataRequest.Write write, boolean alreadyApplied, byte[] payload) {
    this.write = write;
    this.alreadyApplied = alreadyApplied;
    this.payload = payload;
  }

  void apply(LiveReplica replica, long nowNs) throws StoreException {
    if (write.version() != replica.version) {
      throw replica.failure(
          Status.STALE_VERSION,
          "a write of version " + write.version() + " came to version " + replica.version);
    }
    if (write.order() != replica.lastOrder + 1) {
      throw replica.failure(
          Status.SEQUENCE_GAP, "write " + write.order() + " came after " + replica.lastOrder);
    }
    if (!alreadyApplied) {
      verifyOldBlocks(replica);
      replica.markDirty();
      putBytes(replica, payload.length);
      putChecksums(replica);
      putId(replica);
    }
    replica.lastOrder = write.order();
    replica.lastChangeNs = nowNs;
  }

  /**
   * Checks the blocks that the write covers in part: it merges its bytes with their old ones, so
   * these must be right.
   */
  private void verifyOldBlocks(LiveReplica replica) throws StoreException {
    int end = write.offset() + write.length();
    int newLength = Math.max(replica.length, end);
    for (int block = write.offset() / BLOCK_BYTES; block * BLOCK_BYTES < end; block++) {
      int from = Math.max(write.offset(), block * BLOCK_BYTES);
      int to = Math.min(end, (block + 1) * BLOCK_BYTES);
      boolean whole = to - from >= Math.min(BLOCK_BYTES, newLength - block * BLOCK_BYTES);
      if (!whole && replica.blockLength(block) > 0) {
        replica.verify(block);
      }
    }
    int lastOld = replica.length / BLOCK_BYTES;
    if (replica.length % BLOCK_BYTES != 0 && write.offset() / BLOCK_BYTES > lastOld) {
      replica.verify(lastOld);
    }
  }

  private void putBytes(LiveReplica replica, int count) {
    if (write.offset() + payload.length > replica.length) {
      replica.clearTail();
    }
    System.arraycopy(payload, 0, replica.files.bytes, write.offset(), count);
  }

  private void putChecksums(LiveReplica replica) {
    int oldLength = replica.length;
    int end = write.offset() + write.length();
    replica.length = Math.max(oldLength, end);
    int first = Math.min(oldLength, write.offset()) / BLOCK_BYTES;
    for (int block = first; block * BLOCK_BYTES < end; block++) {
      replica.files.checksums[block] = replica.presentChecksum(block);
      replica.corrupt.clear(block);
    }
  }

  private void putId(LiveReplica replica) {
    replica.files.recent.add(new WriteId(write.sessionId(), write.sequence()));
    replica.files.tellLength(replica.length);
  }

  /** Carries out only some of the steps, because the process dies in the middle. */
  void tear(LiveReplica replica, SeededChoices choices) {
    boolean cannotBegin =
        alreadyApplied
            || replica.files == null
            || write.version() != replica.version
            || write.order() != replica.lastOrder + 1;
    if (cannotBegin) {
      return;
    }
    try {
      verifyOldBlocks(replica);
    } catch (StoreException e) {
      // The real store would fail before the first step.
      return;
    }
    int stage = choices.between(0, 3);
    replica.markDirty();
    if (stage >= 1) {
      putBytes(replica, stage == 1 ? choices.between(1, payload.length) : payload.length);
    }
    if (stage >= 3) {
      putChecksums(replica);
      if (choices.perMille(500)) {
        putId(replica);
      }
    }
  }
}
