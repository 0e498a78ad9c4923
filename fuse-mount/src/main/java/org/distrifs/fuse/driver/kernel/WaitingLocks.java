package org.distrifs.fuse.driver.kernel;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.distrifs.client.PendingLock;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * The locks that callers wait for, by the kernel's number of their request. An INTERRUPT may be
 * read before its request has come here: it is remembered. Thread-safe.
 */
final class WaitingLocks {

  /** Callers that wait at a time; more are answered ENOLCK. */
  static final int MAX_WAITING = 65_536;

  /** Most of these belong to requests of other kinds. Numbers are not used again. */
  private static final int MAX_EARLY = 1024;

  private final Map<Long, PendingLock> byRequest = new HashMap<>();
  private final Set<Long> early = new LinkedHashSet<>();

  void requireRoom() throws ErrnoException {
    synchronized (this) {
      if (byRequest.size() >= MAX_WAITING) {
        throw new ErrnoException(Errno.ENOLCK, "wait for one lock more than " + MAX_WAITING);
      }
    }
  }

  void add(long request, PendingLock lock) {
    boolean isInterrupted;
    synchronized (this) {
      byRequest.put(request, lock);
      isInterrupted = early.remove(request);
    }
    if (isInterrupted) {
      lock.interrupt();
    }
  }

  synchronized void remove(long request) {
    byRequest.remove(request);
  }

  /** A signal came to the caller of a request, of whatever kind. */
  void interrupted(long request) {
    PendingLock lock;
    synchronized (this) {
      lock = byRequest.get(request);
      if (lock == null) {
        if (early.size() >= MAX_EARLY) {
          early.remove(early.iterator().next());
        }
        early.add(request);
        return;
      }
    }
    lock.interrupt();
  }

  void interruptAll() {
    List<PendingLock> all;
    synchronized (this) {
      all = List.copyOf(byRequest.values());
    }
    all.forEach(PendingLock::interrupt);
  }
}
