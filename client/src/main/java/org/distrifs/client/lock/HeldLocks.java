package org.distrifs.client.lock;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
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
    private final Set<LockingHandle> handles = Collections.newSetFromMap(new IdentityHashMap<>());
    private int underWay;
    private boolean mayHold;
  }

  private final Map<Key, HeldLock> byKey = new HashMap<>();

  /** Handles of which a descriptor was closed while something was locked through them. */
  private final Set<LockingHandle> maybeEnding = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Keys whose locks are being released because a handle has ended. */
  private final Set<Key> releasing = new HashSet<>();

  /** Whether a lock may be set, or about to be. */
  synchronized boolean mayHold(Key key) {
    return byKey.containsKey(key);
  }

  /** A lock is asked for through a handle. */
  synchronized void asking(Key key, LockingHandle handle) {
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
  synchronized boolean mayHoldThrough(LockingHandle handle) {
    return byKey.values().stream().anyMatch(heldLock -> heldLock.handles.contains(handle));
  }

  /** A descriptor of a handle was closed: it may have been the last. */
  synchronized void descriptorClosed(LockingHandle handle) {
    if (mayHoldThrough(handle)) {
      maybeEnding.add(handle);
    }
  }

  /**
   * Whether what an owner has may be of another handle that is ending. The kernel numbers the owner
   * by the place in memory of its open file, and a new one may lie where the last one lay.
   */
  synchronized boolean mayBelongToAnEnd(Key key, LockingHandle handle) {
    HeldLock heldLock = byKey.get(key);
    return releasing.contains(key)
        || heldLock != null
            && heldLock.handles.stream()
                .anyMatch(other -> other != handle && maybeEnding.contains(other));
  }

  /** What {@link #endOf} named is released, or could not be. */
  synchronized void endedOf(List<Key> keys) {
    keys.forEach(releasing::remove);
  }

  /** Whether a handle with locks may have lost its last descriptor without having ended yet. */
  synchronized boolean mayBeEnding() {
    return !maybeEnding.isEmpty();
  }

  /** Whether one of these handles is still being read through. */
  synchronized boolean isReadThroughOneThatMayBeEnding() {
    return maybeEnding.stream().anyMatch(LockingHandle::isReading);
  }

  /**
   * A handle ends: those who locked through it, and through no other that is left. To be followed
   * by {@link #endedOf}.
   */
  synchronized List<Key> endOf(LockingHandle handle) {
    maybeEnding.remove(handle);
    List<Key> alone = new ArrayList<>();
    byKey.forEach(
        (key, heldLock) -> {
          if (heldLock.handles.remove(handle) && heldLock.handles.isEmpty()) {
            alone.add(key);
          }
        });
    releasing.addAll(alone);
    return alone;
  }
}
