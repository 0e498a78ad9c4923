package org.distrifs.client.read;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.distrifs.runtime.metrics.Metrics;

/** What reading counts. */
public final class ReadMetrics {
  private final Metrics metrics;
  private final Timer exchanges;
  private final Counter bytesRead;
  private final Counter bytesFetched;
  private final Counter failovers;
  private final Counter mismatches;
  private final Counter stale;
  private final Counter hedges;
  private final Counter hedgesWon;

  public ReadMetrics(Metrics metrics) {
    this.metrics = metrics;
    exchanges = metrics.timer("replica.read", "One READ exchange with a datanode");
    bytesRead = metrics.counter("read.bytes", "Bytes given to readers");
    bytesFetched = metrics.counter("read.fetched.bytes", "Bytes received from datanodes");
    failovers = metrics.counter("read.failovers", "Reads that turned to another replica");
    mismatches = metrics.counter("read.mismatches", "Answers whose bytes did not match");
    stale = metrics.counter("read.stale.chains", "Reads that found their chain changed");
    hedges =
        metrics.counter("read.hedges", "Reads that asked a second replica, the first being slow");
    hedgesWon = metrics.counter("read.hedges.won", "Hedged reads that the second replica answered");
  }

  void watchCache(Supplier<Integer> bytes) {
    metrics.gauge("read.cache.bytes", "Bytes fetched ahead or kept", bytes);
  }

  void read(int bytes) {
    bytesRead.increment(bytes);
  }

  void fetched(int bytes, long durationNs) {
    bytesFetched.increment(bytes);
    exchanges.record(durationNs, TimeUnit.NANOSECONDS);
  }

  void failedOver() {
    failovers.increment();
  }

  void mismatched() {
    mismatches.increment();
  }

  void hedged() {
    hedges.increment();
  }

  void hedgeWon() {
    hedgesWon.increment();
  }

  void foundStale() {
    stale.increment();
  }
}
