package org.distrifs.fuse.operations;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.distrifs.runtime.metrics.Metrics;

/** Latencies of the kernel's requests, bytes read and written, failures. Thread-safe. */
public final class OperationMetrics {
  private final Map<Operation, Timer> latencies = new EnumMap<>(Operation.class);
  private final Map<Operation, Counter> inputOutputErrors = new EnumMap<>(Operation.class);
  private final Counter bytesRead;
  private final Counter bytesWritten;
  private final AtomicInteger inProgress = new AtomicInteger();

  public OperationMetrics(Metrics metrics, FuseOperations operations) {
    for (Operation operation : Operation.values()) {
      latencies.put(
          operation,
          metrics.timer("request", "Requests of the kernel", "operation", operation.word()));
      inputOutputErrors.put(
          operation,
          metrics.counter(
              "request.eio", "Requests answered with EIO", "operation", operation.word()));
    }
    bytesRead = metrics.counter("request.read.bytes", "Bytes that the kernel has read");
    bytesWritten = metrics.counter("request.written.bytes", "Bytes that the kernel has written");
    metrics.gauge("requests", "Requests being served", inProgress::get);
    metrics.gauge("handles", "Open files and directories", operations::openHandles);
  }

  /** A request begins; returns what {@link #ended} wants. */
  public long begun() {
    inProgress.incrementAndGet();
    return System.nanoTime();
  }

  public void ended(Operation operation, long begunNs) {
    latencies.get(operation).record(System.nanoTime() - begunNs, TimeUnit.NANOSECONDS);
    inProgress.decrementAndGet();
  }

  /** A request was answered with {@code EIO}. */
  public void failed(Operation operation) {
    inputOutputErrors.get(operation).increment();
  }

  public void read(int bytes) {
    bytesRead.increment(bytes);
  }

  public void written(int bytes) {
    bytesWritten.increment(bytes);
  }
}
