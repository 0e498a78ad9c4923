package org.distrifs.client.cache;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.distrifs.proto.control.Attributes;
import org.distrifs.runtime.bounded.BoundedMap;
import org.distrifs.runtime.clock.ClockSource;

/**
 * The attributes last heard of each inode, the least recently used forgotten first. Answers may
 * arrive in another order than the master gave them: the higher change counter wins. Thread-safe.
 */
public final class AttributeCache {
  private record Known(Attributes attributes, long heardNs) {}

  private final ClockSource clock;
  private final long maxAgeNs;
  private final Map<Long, Known> byInode;
  private volatile Consumer<Attributes> listener = attributes -> {};

  public AttributeCache(ClockSource clock, long maxAgeMs, int maxInodes) {
    this.clock = clock;
    this.maxAgeNs = TimeUnit.MILLISECONDS.toNanos(maxAgeMs);
    this.byInode = BoundedMap.byUse(maxInodes);
  }

  /** Told of everything that is learned, on the thread that learned it. Set once, at the start. */
  public void listen(Consumer<Attributes> newListener) {
    listener = newListener;
  }

  /** Takes over what an answer brought; ignores what is older than what is known. */
  public void learn(Attributes attributes) {
    if (attributes.getInode() == 0) {
      return;
    }
    synchronized (byInode) {
      Known known = byInode.get(attributes.getInode());
      if (known != null && known.attributes().getChangeCounter() > attributes.getChangeCounter()) {
        return;
      }
      byInode.put(attributes.getInode(), new Known(attributes, clock.monotonicNs()));
    }
    listener.accept(attributes);
  }

  /** What is known and young enough, or null. */
  public Attributes fresh(long inode) {
    synchronized (byInode) {
      Known known = byInode.get(inode);
      return known != null && clock.monotonicNs() - known.heardNs() < maxAgeNs
          ? known.attributes()
          : null;
    }
  }

  /** These attributes, or those heard of the same inode since, however long ago. */
  public Attributes newest(Attributes heard) {
    synchronized (byInode) {
      Known known = byInode.get(heard.getInode());
      return known != null && known.attributes().getChangeCounter() >= heard.getChangeCounter()
          ? known.attributes()
          : heard;
    }
  }

  /** The change counter last heard of an inode, however long ago; 0 when nothing is known. */
  public long changeCounter(long inode) {
    synchronized (byInode) {
      Known known = byInode.get(inode);
      return known == null ? 0 : known.attributes().getChangeCounter();
    }
  }

  public void forget(long inode) {
    synchronized (byInode) {
      byInode.remove(inode);
    }
  }
}
