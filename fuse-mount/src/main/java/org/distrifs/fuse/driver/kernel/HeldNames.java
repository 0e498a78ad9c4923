package org.distrifs.fuse.driver.kernel;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.runtime.clock.ClockSource;

/**
 * The names by which the kernel may go from a directory to an inode without asking: each that it
 * was told, until its timeout is over. They are told apart by all three, since a name may have led
 * to one inode after the other, and the kernel may still hold any of them. Thread-safe.
 */
final class HeldNames {
  /** Names at most: {@value}. The kernel must not keep one that has no room here. */
  static final int MAX_NAMES = 1 << 17;

  /**
   * The kernel begins to count when the caller that asked runs again, which is later than when it
   * was answered: this much later at most.
   */
  static final long SPARE_MS = 3_000;

  private record Held(long directory, ByteString name, long inode) {}

  private final ClockSource clock;
  private final long heldNs;

  /** When each was told last; the one that was told the longest ago is the first. */
  private final Map<Held, Long> toldNs = new LinkedHashMap<>();

  private final Map<Long, List<Held>> byInode = new HashMap<>();

  /**
   * @param entryTimeoutMs how long the kernel may keep a name
   */
  HeldNames(ClockSource clock, long entryTimeoutMs) {
    this.clock = clock;
    this.heldNs = TimeUnit.MILLISECONDS.toNanos(entryTimeoutMs + SPARE_MS);
  }

  /**
   * The kernel is about to be told that a name leads to an inode.
   *
   * @return false if there is no room, so that the kernel must not keep the name
   */
  synchronized boolean told(long directory, ByteString name, long inode) {
    long nowNs = clock.monotonicNs();
    dropUntil(nowNs);
    Held held = new Held(directory, name, inode);
    boolean known = toldNs.remove(held) != null;
    if (!known && toldNs.size() >= MAX_NAMES) {
      return false;
    }
    toldNs.put(held, nowNs);
    if (!known) {
      byInode.computeIfAbsent(inode, ignored -> new ArrayList<>(1)).add(held);
    }
    return true;
  }

  private void dropUntil(long nowNs) {
    Iterator<Map.Entry<Held, Long>> oldest = toldNs.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<Held, Long> entry = oldest.next();
      if (nowNs - entry.getValue() <= heldNs) {
        return;
      }
      oldest.remove();
      unlist(entry.getKey());
    }
  }

  private void unlist(Held held) {
    byInode.computeIfPresent(
        held.inode(),
        (inode, names) -> {
          names.remove(held);
          return names.isEmpty() ? null : names;
        });
  }

  /** This mount took the name away from the inode, and the kernel knows. */
  synchronized void forget(long directory, ByteString name, long inode) {
    Held held = new Held(directory, name, inode);
    if (toldNs.remove(held) != null) {
      unlist(held);
    }
  }

  /** Whether the kernel may go by a name to an inode. */
  synchronized boolean holds(long directory, ByteString name, long inode) {
    dropUntil(clock.monotonicNs());
    return toldNs.containsKey(new Held(directory, name, inode));
  }

  /**
   * All names by which the kernel may have come to some inodes: theirs, those of the directories
   * they are in, and so on upwards. Behind one that it does not hold it has looked, or it did not
   * come by a name.
   */
  synchronized List<NameCheck> leadingTo(Collection<Long> inodes) {
    dropUntil(clock.monotonicNs());
    List<NameCheck> names = new ArrayList<>();
    Set<Long> seen = new HashSet<>(inodes);
    Deque<Long> next = new ArrayDeque<>(seen);
    while (!next.isEmpty()) {
      for (Held held : byInode.getOrDefault(next.remove(), List.of())) {
        names.add(
            NameCheck.newBuilder()
                .setDirectory(held.directory())
                .setName(held.name())
                .setInode(held.inode())
                .build());
        if (seen.add(held.directory())) {
          next.add(held.directory());
        }
      }
    }
    return names;
  }
}
