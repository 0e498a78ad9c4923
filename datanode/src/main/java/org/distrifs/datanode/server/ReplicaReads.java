package org.distrifs.datanode.server;

import java.util.concurrent.TimeUnit;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.FileBlocks;
import org.distrifs.datanode.store.MemoryBlocks;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Answers reads that chain members have admitted. Bytes go from the page cache to the socket on an
 * I/O thread. Where they are not in the page cache, that thread waits for the disk, and its
 * connections wait with it. So once it was kept for longer than {@value #SLOW_MS} ms, disk threads
 * read into memory what is asked for in the next {@value #PAUSE_MS} ms: a slow disk holds up each
 * I/O thread once in that time. Any thread.
 */
final class ReplicaReads {
  static final int SLOW_MS = 10;
  static final int PAUSE_MS = 1000;

  private final ChunkStore store;
  private final ClockSource clock;

  /** Nothing is sent from a file until then; on the clock. */
  private volatile long pausedUntilNs;

  ReplicaReads(ChunkStore store, ClockSource clock) {
    this.store = store;
    this.clock = clock;
    this.pausedUntilNs = clock.monotonicNs();
  }

  /**
   * Answers a read; to be called in the order in which reads and writes were admitted.
   *
   * @param again has it admitted once more, to be verified: the file's bytes cannot be sent as they
   *     are
   */
  void serve(DataRequest.Read read, Exchange exchange, Runnable again) {
    boolean isPaused = clock.monotonicNs() - pausedUntilNs < 0;
    if (read.verify() || read.reconcile() || isPaused) {
      serveVerified(read, exchange);
    } else {
      serveFromFile(read, exchange, again);
    }
  }

  private void serveFromFile(DataRequest.Read read, Exchange exchange, Runnable again) {
    store
        .locate(read.chunkId(), read.offset(), read.length())
        .whenComplete(
            (blocks, failure) -> {
              if (failure != null) {
                exchange.reply(Failures.replyTo(failure));
              } else if (blocks.lengthBytes() == 0 || !blocks.file().isTransferable()) {
                blocks.release().run();
                again.run();
              } else {
                send(blocks, exchange);
              }
            });
  }

  private void send(FileBlocks blocks, Exchange exchange) {
    exchange.reply(
        Exchange.okWith(blocks.state(), blocks.checksums()),
        blocks,
        blockedNs -> {
          blocks.release().run();
          sent(blockedNs);
        });
  }

  /** Bytes were sent from a file, which kept the I/O thread for so long. */
  void sent(long blockedNs) {
    if (blockedNs > TimeUnit.MILLISECONDS.toNanos(SLOW_MS)) {
      pausedUntilNs = clock.monotonicNs() + TimeUnit.MILLISECONDS.toNanos(PAUSE_MS);
    }
  }

  private void serveVerified(DataRequest.Read read, Exchange exchange) {
    store
        .readVerified(read.chunkId(), read.offset(), read.length())
        .whenComplete(
            (blocks, failure) -> {
              if (failure != null) {
                exchange.reply(Failures.replyTo(failure));
              } else {
                send(blocks, exchange);
              }
            });
  }

  private static void send(MemoryBlocks blocks, Exchange exchange) {
    exchange.reply(Exchange.okWith(blocks.state(), blocks.checksums()), blocks.bytes());
  }
}
