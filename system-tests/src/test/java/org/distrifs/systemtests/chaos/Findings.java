package org.distrifs.systemtests.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The results of a run: calls, pauses, compared bytes, and contradictions of the model.
 * Thread-safe.
 */
final class Findings {
  private static final double NS_PER_S = 1e9;

  /**
   * The longest time that a call may take: {@code client.chunkTimeoutMs} and the master's bound,
   * with a margin.
   */
  private static final long LONGEST_PAUSE_NS = 150_000_000_000L;

  /** A call of the file system. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws IOException;
  }

  private final LongAdder calls = new LongAdder();
  private final LongAdder verifiedBytes = new LongAdder();
  private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
  private final Map<FaultKind, LongAdder> faults = new ConcurrentHashMap<>();
  private final AtomicLong longestPauseNs = new AtomicLong();
  private volatile String longestPause = "none";
  private final List<String> violations = new ArrayList<>();

  /** Makes a call, and records how long it took. */
  <T> T timed(String what, Call<T> call) throws IOException {
    calls.increment();
    final long startNs = System.nanoTime();
    try {
      return call.run();
    } finally {
      pause(what, System.nanoTime() - startNs);
    }
  }

  private void pause(String what, long ns) {
    if (longestPauseNs.accumulateAndGet(ns, Math::max) == ns) {
      longestPause = what;
    }
    if (ns > LONGEST_PAUSE_NS) {
      violation("%s took %.1f s".formatted(what, ns / NS_PER_S));
    }
  }

  /** Records a failed call. Calls may fail during faults. */
  void failed(IOException e) {
    final String text = String.valueOf(e.getMessage());
    // The reason comes last: "/path: Input/output error".
    final String reason = text.substring(text.lastIndexOf(':') + 1).strip();
    failures.computeIfAbsent(reason, unused -> new LongAdder()).increment();
  }

  void verified(long bytes) {
    verifiedBytes.add(bytes);
  }

  void injected(FaultKind kind) {
    faults.computeIfAbsent(kind, unused -> new LongAdder()).increment();
  }

  /** Records something that must never happen. */
  void violation(String what) {
    synchronized (violations) {
      violations.add(what);
    }
    Chaos.say("VIOLATION: " + what);
  }

  boolean clean() {
    synchronized (violations) {
      return violations.isEmpty();
    }
  }

  /** All results in a line. */
  String summary() {
    return "faults: %s; %d calls, failed: %s; %d bytes verified; longest pause %.1f s (%s)"
        .formatted(
            new TreeMap<>(faults),
            calls.sum(),
            new TreeMap<>(failures),
            verifiedBytes.sum(),
            longestPauseNs.get() / NS_PER_S,
            longestPause);
  }
}
