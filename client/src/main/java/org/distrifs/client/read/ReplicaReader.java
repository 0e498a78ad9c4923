package org.distrifs.client.read;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.distrifs.client.ClientSettings;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.runtime.clock.ClockSource;

/** Gets whole blocks of chunks, verified, from any replica that can serve them. Thread-safe. */
public final class ReplicaReader {
  final ChunkTransport transport;
  final ReplicaSelector selector;
  final ClockSource clock;
  final ScheduledExecutorService timer;
  final ReadMetrics metrics;
  final HedgeBudget hedges = new HedgeBudget();
  final SlowExchanges slowExchanges;
  final ReplicaReports reports;
  final int replicaTimeoutMs;
  final long readTimeoutMs;

  public ReplicaReader(
      ChunkTransport transport,
      ReplicaSelector selector,
      ClockSource clock,
      ScheduledExecutorService timer,
      ClientSettings settings,
      ReadMetrics metrics) {
    this.transport = transport;
    this.selector = selector;
    this.clock = clock;
    this.timer = timer;
    this.metrics = metrics;
    this.slowExchanges = new SlowExchanges(clock, timer);
    this.reports = new ReplicaReports(clock);
    this.replicaTimeoutMs = settings.replicaTimeoutMs();
    this.readTimeoutMs = settings.readTimeoutMs();
  }

  /**
   * Reads blocks of one chunk.
   *
   * @param chunks where the file's chunks are
   * @param index of the chunk
   * @param offset in the chunk, a multiple of the block size
   * @param length a multiple of the block size, at most {@code DataRequest.MAX_PAYLOAD_BYTES}
   * @return direct bytes that match their checksums, owned by the receiver; fewer than asked where
   *     the replica ends, none for a hole: what is missing reads as zeros. Completes exceptionally
   *     with {@code EIO} when no replica could serve in {@link ClientSettings#readTimeoutMs}.
   */
  public CompletableFuture<ByteBuf> read(ChunkLocator chunks, long index, int offset, int length) {
    return new ChunkRead(this, chunks, index, offset, length).start();
  }
}
