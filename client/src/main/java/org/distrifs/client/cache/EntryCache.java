package org.distrifs.client.cache;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.control.Attributes;
import org.distrifs.runtime.bounded.BoundedMap;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Which inode a name led to, or that it was absent. Each entry carries the change counter that its
 * directory had: an answer from before a change that is known already is not taken over, so that
 * what this process changed never seems undone. Thread-safe.
 */
public final class EntryCache {

  /** The inode of a name that was absent: it keeps an older answer from bringing the name back. */
  public static final long ABSENT = 0;

  private record Name(long parent, ByteString name) {}

  private record Known(long inode, long parentCounter, long heardNs) {}

  private final ClockSource clock;
  private final long maxAgeNs;
  private final AttributeCache attributes;
  private final Map<Name, Known> byName;

  /**
   * @param attributes knows the directories' change counters
   */
  public EntryCache(ClockSource clock, long maxAgeMs, int maxEntries, AttributeCache attributes) {
    this.clock = clock;
    this.maxAgeNs = TimeUnit.MILLISECONDS.toNanos(maxAgeMs);
    this.attributes = attributes;
    this.byName = BoundedMap.byUse(maxEntries);
  }

  /**
   * Takes over what an answer said of a name.
   *
   * @param parent the directory as it was in the same answer; without an inode nothing is cached
   * @param inode what the name led to, or {@link #ABSENT}
   */
  public void learn(Attributes parent, ByteString name, long inode) {
    long counter = parent.getChangeCounter();
    synchronized (byName) {
      if (parent.getInode() == 0 || attributes.changeCounter(parent.getInode()) > counter) {
        return;
      }
      Name key = new Name(parent.getInode(), name);
      Known known = byName.get(key);
      if (known == null || known.parentCounter() <= counter) {
        byName.put(key, new Known(inode, counter, clock.monotonicNs()));
      }
    }
  }

  /** The inode, {@link #ABSENT}, or empty when nothing young enough is known. */
  public OptionalLong find(long parent, ByteString name) {
    synchronized (byName) {
      Known known = byName.get(new Name(parent, name));
      return known != null && clock.monotonicNs() - known.heardNs() < maxAgeNs
          ? OptionalLong.of(known.inode())
          : OptionalLong.empty();
    }
  }

  public void forget(long parent, ByteString name) {
    synchronized (byName) {
      byName.remove(new Name(parent, name));
    }
  }
}
