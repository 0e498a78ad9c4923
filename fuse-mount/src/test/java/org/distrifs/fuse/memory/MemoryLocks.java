package org.distrifs.fuse.memory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.distrifs.client.PendingLock;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** The locks on one file, in a list, and the requests that wait. */
final class MemoryLocks {

  /** A lock and the handle that it was set through. */
  private record Held(Lock lock, Object handle) {}

  private final List<Held> held = new ArrayList<>();
  private final List<Waiting> waiting = new ArrayList<>();

  synchronized Optional<Lock> test(Lock wanted) {
    return held.stream().map(Held::lock).filter(lock -> conflict(lock, wanted)).findFirst();
  }

  private static boolean conflict(Lock one, Lock other) {
    boolean isEitherExclusive =
        one.getType() == Lock.Type.WRITE || other.getType() == Lock.Type.WRITE;
    return one.getKind() == other.getKind()
        && one.getOwner() != other.getOwner()
        && isEitherExclusive
        && other.getType() != Lock.Type.UNLOCKED
        && one.getStart() <= other.getEnd()
        && other.getStart() <= one.getEnd();
  }

  /**
   * @param changeCounter of the file: everything counts as changed by others
   */
  synchronized PendingLock set(
      Lock lock, Object handle, boolean waits, LongSupplier changeCounter) {
    Waiting request = new Waiting(lock, handle, changeCounter);
    waiting.add(request);
    tryAll();
    if (waiting.contains(request) && lock.getKind() == Lock.Kind.WHOLE_FILE) {
      // A flock is released before it is changed, even if the change then fails.
      release(own -> own.getKind() == lock.getKind() && own.getOwner() == lock.getOwner(), null);
    }
    if (!waits && waiting.remove(request)) {
      request.decide(Errno.EAGAIN);
    } else if (waiting.contains(request) && closesCircle(lock)) {
      waiting.remove(request);
      request.decide(Errno.EDEADLK);
    }
    return request;
  }

  private boolean closesCircle(Lock wanted) {
    Set<Long> waitedFor = new HashSet<>(ownersInTheWay(wanted));
    int before = 0;
    while (isRecord(wanted) && waitedFor.size() > before) {
      before = waitedFor.size();
      waiting.stream()
          .filter(request -> isRecord(request.lock) && waitedFor.contains(request.lock.getOwner()))
          .map(request -> ownersInTheWay(request.lock))
          .toList()
          .forEach(waitedFor::addAll);
    }
    return isRecord(wanted) && waitedFor.contains(wanted.getOwner());
  }

  private static boolean isRecord(Lock lock) {
    return lock.getKind() == Lock.Kind.RECORD;
  }

  private List<Long> ownersInTheWay(Lock wanted) {
    return held.stream()
        .map(Held::lock)
        .filter(lock -> conflict(lock, wanted))
        .map(Lock::getOwner)
        .toList();
  }

  synchronized int waiting() {
    return waiting.size();
  }

  synchronized void release(Predicate<Lock> which, Object handle) {
    held.removeIf(each -> each.handle() == handle || which.test(each.lock()));
    tryAll();
  }

  private void tryAll() {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Waiting request : List.copyOf(waiting)) {
        if (test(request.lock).isEmpty()) {
          waiting.remove(request);
          carryOut(request);
          request.decide(null);
          moved = true;
        }
      }
    }
  }

  private void carryOut(Waiting request) {
    Lock lock = request.lock;
    for (Held each : List.copyOf(held)) {
      Lock old = each.lock();
      boolean isTouched =
          old.getOwner() == lock.getOwner()
              && old.getKind() == lock.getKind()
              && old.getStart() <= lock.getEnd()
              && lock.getStart() <= old.getEnd();
      if (!isTouched) {
        continue;
      }
      held.remove(each);
      if (old.getStart() < lock.getStart()) {
        held.add(new Held(old.toBuilder().setEnd(lock.getStart() - 1).build(), each.handle()));
      }
      if (old.getEnd() > lock.getEnd()) {
        held.add(new Held(old.toBuilder().setStart(lock.getEnd() + 1).build(), each.handle()));
      }
    }
    if (lock.getType() != Lock.Type.UNLOCKED) {
      held.add(new Held(lock, request.handle));
    }
  }

  private final class Waiting implements PendingLock {
    private final Lock lock;
    private final Object handle;
    private final LongSupplier changeCounter;
    private final CompletableFuture<Void> decided = new CompletableFuture<>();
    private Errno failure;

    Waiting(Lock lock, Object handle, LongSupplier changeCounter) {
      this.lock = lock;
      this.handle = handle;
      this.changeCounter = changeCounter;
    }

    void decide(Errno why) {
      failure = why;
      decided.complete(null);
    }

    @Override
    public CompletableFuture<Void> decided() {
      return decided;
    }

    @Override
    public long result() throws IOException {
      decided.join();
      if (failure != null) {
        throw new ErrnoException(failure, "lock");
      }
      return changeCounter.getAsLong();
    }

    @Override
    public void interrupt() {
      synchronized (MemoryLocks.this) {
        if (waiting.remove(this)) {
          decide(Errno.EINTR);
        }
      }
    }
  }
}
