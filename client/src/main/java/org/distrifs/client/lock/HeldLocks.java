package org.distrifs.client.lock;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.distrifs.proto.control.Lock;

/**
 * Who may have locks on a file, and through which handles they were set: what must be released when
 * an owner closes a descriptor and when a handle ends. In doubt an owner has one. Thread-safe.
 */
final class HeldLocks {

  /** Locks of one kind of one owner. */
  record Key(long owner, Lock.Kind kind) {
    static Key of(Lock lock) {
      return new Key(lock.getOwner(), lock.getKind());
    }
  }

  private static final class HeldLock {
    private final Set<Object> handles = Collections.newSetFromMap(new IdentityHashMap<>());
    private int underWay;
    private boolean mayHold;
  }

  private final Map<Key, HeldLock> byKey = new HashMap<>();

  /** Whether a lock may be set, or about to be. */
  synchronized boolean mayHold(Key key) {
    return byKey.containsKey(key);
  }

  /** A lock is asked for through a handle. */
  synchronized void asking(Key key, Object handle) {
    HeldLock heldLock = byKey.computeIfAbsent(key, any -> new HeldLock());
    heldLock.handles.add(handle);
    heldLock.underWay++;
  }

  /**
   * What was asked for is known, or never will be.
   *
   * @param mayHold whether the owner may have a lock now because of it
   */
  synchronized void asked(Key key, boolean mayHold) {
    HeldLock heldLock = byKey.get(key);
    if (heldLock != null) {
      heldLock.underWay--;
      heldLock.mayHold |= mayHold;
      forgetIfNone(key, heldLock);
    }
  }

  /** An owner has unlocked all that there was. */
  synchronized void unlocked(Key key) {
    HeldLock heldLock = byKey.get(key);
    if (heldLock != null) {
      heldLock.mayHold = false;
      forgetIfNone(key, heldLock);
    }
  }

  private void forgetIfNone(Key key, HeldLock heldLock) {
    if (!heldLock.mayHold && heldLock.underWay == 0) {
      byKey.remove(key);
    }
  }

  /** Whether anything was locked through a handle. */
  synchronized boolean mayHoldThrough(Object handle) {
    return byKey.values().stream().anyMatch(heldLock -> heldLock.handles.contains(handle));
  }

  /** A handle ends: those who locked through it, and through no other that is left. */
  synchronized List<Key> endOf(Object handle) {
    List<Key> alone = new ArrayList<>();
    byKey.forEach(
        (key, heldLock) -> {
          if (heldLock.handles.remove(handle) && heldLock.handles.isEmpty()) {
            alone.add(key);
          }
        });
    return alone;
  }
}
