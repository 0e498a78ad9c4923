package org.distrifs.client.read;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The memory of all files' segments together, the least recently used given up first. Only counts
 * and orders them: the files hold them. Thread-safe.
 */
public final class SegmentCache {
  private final int capacityBytes;
  private final LinkedHashMap<Segment, Boolean> inOrderOfUse = new LinkedHashMap<>(16, 0.75f, true);
  private int usedBytes;

  public SegmentCache(int capacityBytes, ReadMetrics metrics) {
    this.capacityBytes = capacityBytes;
    metrics.watchCache(this::usedBytes);
  }

  /** Makes room for a segment and enters it; false when what is there is all still under way. */
  boolean enter(Segment segment) {
    List<Segment> victims = new ArrayList<>();
    boolean entered;
    synchronized (this) {
      Iterator<Segment> eldest = inOrderOfUse.keySet().iterator();
      while (usedBytes + segment.chargedBytes > capacityBytes && eldest.hasNext()) {
        Segment victim = eldest.next();
        if (victim.isSettled()) {
          eldest.remove();
          usedBytes -= victim.chargedBytes;
          victims.add(victim);
        }
      }
      entered = usedBytes + segment.chargedBytes <= capacityBytes;
      if (entered) {
        inOrderOfUse.put(segment, Boolean.TRUE);
        usedBytes += segment.chargedBytes;
      }
    }
    victims.forEach(victim -> victim.owner.evicted(victim));
    return entered;
  }

  synchronized void used(Segment segment) {
    inOrderOfUse.get(segment);
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
