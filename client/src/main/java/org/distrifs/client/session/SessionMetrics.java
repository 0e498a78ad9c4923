package org.distrifs.client.session;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.distrifs.runtime.metrics.Metrics;

/** What a session counts. */
public final class SessionMetrics {
  private final Metrics metrics;
  private final Timer operations;
  private final Counter brokenStreams;

  public SessionMetrics(Metrics metrics) {
    this.metrics = metrics;
    this.operations = metrics.timer("master.operation", "From submitting to the master's answer");
    this.brokenStreams = metrics.counter("master.streams.broken", "Streams to a master that broke");
  }

  void watch(Supplier<Integer> taken, Supplier<Integer> queued) {
    metrics.gauge("master.slots.taken", "Operations in flight with the master", taken);
    metrics.gauge("master.queue.length", "Operations waiting for a slot", queued);
  }

  void answered(long durationNs) {
    operations.record(durationNs, TimeUnit.NANOSECONDS);
  }

  void streamBroke() {
    brokenStreams.increment();
  }
}
