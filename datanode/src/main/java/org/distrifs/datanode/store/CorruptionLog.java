package org.distrifs.datanode.store;

import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.proto.frame.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Remembers which blocks do not match their checksum, and tells the operator once of each. */
final class CorruptionLog {
  private static final Logger LOG = LoggerFactory.getLogger(CorruptionLog.class);

  private final ReplicaIndex index;
  private final AtomicLong found = new AtomicLong();

  CorruptionLog(ReplicaIndex index) {
    this.index = index;
  }

  /** Remembers a block, and returns the failure to be thrown. */
  StoreException found(Replica replica, int block) {
    report(replica, block);
    return replica.failure(
        Status.CORRUPT_REPLICA, "block " + block + " does not match its checksum");
  }

  /** Remembers a block. */
  void report(Replica replica, int block) {
    if (replica.markCorrupt(block)) {
      found.incrementAndGet();
      index.changed(replica);
      index.corrupted(replica);
      LOG.warn(
          "Corrupt replica: block {} of chunk {} does not match its checksum; it is not served and"
              + " the master will be told",
          block,
          replica);
    }
  }

  /** Blocks found corrupt since the start. */
  long count() {
    return found.get();
  }
}
