package org.distrifs.client.read;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.ClockSource;

/**
 * How often the master is told of one chain. A reader that is run ahead of asks for a chunk many
 * times at once, and each of them meets the same refusals. Thread-safe.
 */
final class ReplicaReports {
  private static final long MIN_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int MAX_REMEMBERED = 1024;

  private record Chain(long chunkId, int version) {}

  private final ClockSource clock;
  private final Map<Chain, Long> toldNs =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Chain, Long> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  ReplicaReports(ClockSource clock) {
    this.clock = clock;
  }

  /** Whether the master is to be told now; the caller does so then. */
  synchronized boolean isDue(long chunkId, int version) {
    Chain chain = new Chain(chunkId, version);
    long nowNs = clock.monotonicNs();
    Long before = toldNs.get(chain);
    if (before != null && nowNs - before < MIN_INTERVAL_NS) {
      return false;
    }
    toldNs.remove(chain);
    toldNs.put(chain, nowNs);
    return true;
  }
}
