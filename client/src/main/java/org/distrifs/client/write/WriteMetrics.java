package org.distrifs.client.write;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.distrifs.runtime.metrics.Metrics;

/** What writing counts. */
public final class WriteMetrics {
  private final Metrics metrics;
  private final Counter bytesWritten;
  private final Counter bytesSent;
  private final Counter retries;
  private final Counter failures;
  private final Timer packets;
  private final Timer flushes;
  private final Timer syncs;
  private final AtomicInteger inFlight = new AtomicInteger();

  public WriteMetrics(Metrics metrics) {
    this.metrics = metrics;
    bytesWritten = metrics.counter("write.bytes", "Bytes taken from writers");
    bytesSent = metrics.counter("write.sent.bytes", "Bytes sent to chains, repeated ones too");
    retries = metrics.counter("write.retries", "Times a chunk's packets had to be sent again");
    failures = metrics.counter("write.failures", "Chunks whose packets were given up");
    packets = metrics.timer("packet", "From sending a packet to the chain's acknowledgement");
    flushes = metrics.timer("flush", "Sending, waiting and committing");
    syncs = metrics.timer("sync", "The same, with the data synced on every member");
    metrics.gauge("write.window.packets", "Packets in flight, all files", inFlight::get);
  }

  void watchBuffer(Supplier<Integer> usedBytes) {
    metrics.gauge("write.buffer.bytes", "Bytes of write memory in use", usedBytes);
  }

  void written(int bytes) {
    bytesWritten.increment(bytes);
  }

  void sent(int bytes) {
    bytesSent.increment(bytes);
    inFlight.incrementAndGet();
  }

  void answered(long durationNs) {
    packets.record(durationNs, TimeUnit.NANOSECONDS);
    inFlight.decrementAndGet();
  }

  void retried() {
    retries.increment();
  }

  void gaveUp() {
    failures.increment();
  }

  void flushed(long durationNs, boolean synced) {
    (synced ? syncs : flushes).record(durationNs, TimeUnit.NANOSECONDS);
  }
}
