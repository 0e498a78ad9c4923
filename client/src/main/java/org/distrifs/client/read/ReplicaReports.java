package org.distrifs.client.read;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.ClockSource;

/**
 * How often the master is told of one chain. Read-ahead asks for a chunk many times at once, and
 * each request meets the same refusals. Thread-safe.
 */
final class ReplicaReports {
  private static final long MIN_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int MAX_REMEMBERED = 1024;

  private record Chain(long chunkId, int version) {}

  /** The newest ones, and when. */
  private static final class Times extends LinkedHashMap<Chain, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Chain, Long> eldest) {
      return size() > MAX_REMEMBERED;
    }
  }

  private final ClockSource clock;
  private final Times toldNs = new Times();
  private final Times damagedNs = new Times();

  ReplicaReports(ClockSource clock) {
    this.clock = clock;
  }

  /** Whether the master is to be told now; the caller does so then. */
  synchronized boolean isDue(long chunkId, int version) {
    Chain chain = new Chain(chunkId, version);
    boolean isDue = !isRecent(toldNs.get(chain));
    if (isDue) {
      put(toldNs, chain);
    }
    return isDue;
  }

  /** The master has answered that a block is damaged on every replica. */
  synchronized void damaged(long chunkId, int version) {
    put(damagedNs, new Chain(chunkId, version));
  }

  /** Whether the master said so a moment ago: whoever finds damaged blocks need not ask it. */
  synchronized boolean isDamaged(long chunkId, int version) {
    return isRecent(damagedNs.get(new Chain(chunkId, version)));
  }

  private boolean isRecent(Long sinceNs) {
    return sinceNs != null && clock.monotonicNs() - sinceNs < MIN_INTERVAL_NS;
  }

  private void put(Times times, Chain chain) {
    times.remove(chain);
    times.put(chain, clock.monotonicNs());
  }
}
