package org.distrifs.datanode.store;

import java.io.IOException;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.lifecycle.ProcessHalt;

/**
 * A disk whose sync failed is out: the kernel has dropped what it could not write, and tells of it
 * once, so that a second sync that succeeds would mean nothing. With one data folder the process
 * ends with its disk; its replicas are reconciled with others when it is started again.
 */
final class DiskFailure {
  private volatile boolean failed;

  /** What can fail so. */
  @FunctionalInterface
  interface DiskAction {
    void run() throws IOException;
  }

  /** Runs a sync. Returns with an exception when it fails, though the process is about to halt. */
  void guard(String what, DiskAction sync) throws StoreException {
    if (failed) {
      throw new StoreException(
          Status.IO_FAILURE, "the disk has failed: " + what + " is not made durable any more");
    }
    try {
      sync.run();
    } catch (IOException e) {
      failed = true;
      String sentence = "cannot make " + what + " durable: " + e.getMessage();
      ProcessHalt.now("the datanode's disk failed: " + sentence, e);
      throw new StoreException(Status.IO_FAILURE, sentence, e);
    }
  }

  boolean hasFailed() {
    return failed;
  }
}
