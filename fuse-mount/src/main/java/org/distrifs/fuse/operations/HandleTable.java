package org.distrifs.fuse.operations;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * Handles by the number that the kernel knows them by. A number is never used again, so that a late
 * request cannot reach another file. Thread-safe.
 */
final class HandleTable<T> {

  /** Open handles at most: {@value}. The kernel's own limit of open files is as a rule lower. */
  static final int MAX_HANDLES = 1 << 20;

  private final ConcurrentHashMap<Long, T> handles = new ConcurrentHashMap<>();
  private final AtomicLong next = new AtomicLong(1);

  /** Fails with {@code ENOMEM} when the table is full. */
  long add(T handle) throws ErrnoException {
    if (handles.size() >= MAX_HANDLES) {
      throw new ErrnoException(Errno.ENOMEM, "open one more than " + MAX_HANDLES + " handles");
    }
    long number = next.getAndIncrement();
    handles.put(number, handle);
    return number;
  }

  T get(long number) throws ErrnoException {
    return known(number, handles.get(number));
  }

  T remove(long number) throws ErrnoException {
    return known(number, handles.remove(number));
  }

  /** Looks at every handle: not for hot paths. */
  boolean anyMatch(Predicate<T> predicate) {
    return handles.values().stream().anyMatch(predicate);
  }

  /** Takes all out. */
  List<T> drain() {
    List<T> drained = new ArrayList<>();
    for (Long number : handles.keySet()) {
      T handle = handles.remove(number);
      if (handle != null) {
        drained.add(handle);
      }
    }
    return drained;
  }

  int size() {
    return handles.size();
  }

  private T known(long number, T handle) throws ErrnoException {
    if (handle == null) {
      throw new ErrnoException(Errno.EBADF, "use handle " + number);
    }
    return handle;
  }
}
