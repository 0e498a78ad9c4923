package org.distrifs.datanode.server;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.metrics.Metrics;

/** Counts and times requests, and knows how many are under way. Any thread. */
final class RequestMetrics {

  /** What is told apart in the metrics. */
  enum Kind {
    WRITE,
    FORWARDED_WRITE,
    READ,
    SYNC,
    CHECKSUMS,
    FENCE,
    RECONCILE,
    INSTALL,
    COPY,
    PROBE;

    static Kind of(DataRequest request) {
      if (request instanceof DataRequest.Write write) {
        return write.position() == 0 ? WRITE : FORWARDED_WRITE;
      } else if (request instanceof DataRequest.Read) {
        return READ;
      } else if (request instanceof DataRequest.Sync) {
        return SYNC;
      } else if (request instanceof DataRequest.Checksums) {
        return CHECKSUMS;
      } else if (request instanceof DataRequest.Fence) {
        return FENCE;
      } else if (request instanceof DataRequest.Reconcile) {
        return RECONCILE;
      } else if (request instanceof DataRequest.Install) {
        return INSTALL;
      } else if (request instanceof DataRequest.Copy) {
        return COPY;
      }
      return PROBE;
    }
  }

  private final Map<Kind, Timer> latencies = new EnumMap<>(Kind.class);
  private final Map<Status, Counter> failures = new EnumMap<>(Status.class);
  private final Counter bytesWritten;
  private final Counter bytesRead;
  private final Counter bytesCopied;
  private final Counter bytesReconciled;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong bytesInFlight = new AtomicLong();
  private final AtomicLong bytesThatDiffered = new AtomicLong();

  RequestMetrics(Metrics metrics) {
    for (Kind kind : Kind.values()) {
      latencies.put(
          kind, metrics.timer("request", "Requests, by kind", "kind", lowerCase(kind.name())));
    }
    for (Status status : Status.values()) {
      if (status != Status.OK) {
        failures.put(
            status,
            metrics.counter(
                "requests.failed",
                "Requests answered with a failure, by status",
                "status",
                lowerCase(status.name())));
      }
    }
    bytesWritten = metrics.counter("write.bytes", "Bytes that arrived in writes");
    bytesRead = metrics.counter("read.bytes", "Bytes that left in answers");
    bytesCopied =
        metrics.counter("copy.bytes", "Bytes that differed in copies made ahead of a change");
    bytesReconciled = metrics.counter("reconcile.bytes", "Bytes that differed in reconciliations");
    metrics.gauge("requests.in.flight", "Requests under way", inFlight::get);
    metrics.gauge("write.in.flight.bytes", "Bytes of writes under way", bytesInFlight::get);
  }

  private static String lowerCase(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** A request arrived; returns when. */
  long begin(int requestBytes) {
    inFlight.incrementAndGet();
    bytesInFlight.addAndGet(requestBytes);
    return System.nanoTime();
  }

  /** A request is being answered. */
  void end(Kind kind, Status status, int requestBytes, int answerBytes, long startNs) {
    inFlight.decrementAndGet();
    bytesInFlight.addAndGet(-requestBytes);
    latencies.get(kind).record(System.nanoTime() - startNs, TimeUnit.NANOSECONDS);
    if (status == Status.OK) {
      bytesWritten.increment(requestBytes);
      bytesRead.increment(answerBytes);
    } else {
      failures.get(status).increment();
    }
  }

  void copied(long bytes) {
    bytesCopied.increment(bytes);
    bytesThatDiffered.addAndGet(bytes);
  }

  void reconciled(long bytes) {
    bytesReconciled.increment(bytes);
    bytesThatDiffered.addAndGet(bytes);
  }

  /** Bytes that differed in copies and reconciliations, since the process began. */
  long bytesThatDiffered() {
    return bytesThatDiffered.get();
  }

  int inFlight() {
    return inFlight.get();
  }

  long bytesInFlight() {
    return bytesInFlight.get();
  }
}
