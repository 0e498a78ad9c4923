package org.distrifs.client.read;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.clock.ClockSource;

/**
 * The memory of all files' segments together. Only counts and orders them: the files hold them.
 * When it is full, segments that nobody has read from for a while give way; the others do not,
 * since what was fetched ahead is wanted next, and is not worth fetching twice. Thread-safe.
 */
public final class SegmentCache {
  private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(1);

  private final ClockSource clock;
  private final int capacityBytes;

  /** When each was entered or used last. */
  private final LinkedHashMap<Segment, Long> inOrderOfUse = new LinkedHashMap<>(16, 0.75f, true);

  private int usedBytes;

  public SegmentCache(int capacityBytes, ClockSource clock, ReadMetrics metrics) {
    this.clock = clock;
    this.capacityBytes = capacityBytes;
    metrics.watchCache(this::usedBytes);
  }

  /** Makes room for a segment and enters it; false when what is there is all still wanted. */
  boolean enter(Segment segment) {
    List<Segment> victims = new ArrayList<>();
    boolean entered;
    synchronized (this) {
      long nowNs = clock.monotonicNs();
      Iterator<Map.Entry<Segment, Long>> eldest = inOrderOfUse.entrySet().iterator();
      while (usedBytes + segment.chargedBytes > capacityBytes && eldest.hasNext()) {
        Map.Entry<Segment, Long> victim = eldest.next();
        if (nowNs - victim.getValue() < IDLE_NS) {
          break;
        }
        if (victim.getKey().isFetchEnded()) {
          victims.add(victim.getKey());
          usedBytes -= victim.getKey().chargedBytes;
          eldest.remove();
        }
      }
      entered = usedBytes + segment.chargedBytes <= capacityBytes;
      if (entered) {
        inOrderOfUse.put(segment, nowNs);
        usedBytes += segment.chargedBytes;
      }
    }
    victims.forEach(victim -> victim.owner.evicted(victim));
    return entered;
  }

  synchronized void used(Segment segment) {
    inOrderOfUse.computeIfPresent(segment, (known, usedNs) -> clock.monotonicNs());
  }

  synchronized void left(Segment segment) {
    if (inOrderOfUse.remove(segment) != null) {
      usedBytes -= segment.chargedBytes;
    }
  }

  private synchronized int usedBytes() {
    return usedBytes;
  }
}
