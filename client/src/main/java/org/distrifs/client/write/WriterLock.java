package org.distrifs.client.write;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Guards all that belongs to the write side of one file. It is held for copies and bookkeeping
 * only, never while waiting, so the I/O threads that bring answers may take it.
 */
final class WriterLock {
  private final ReentrantLock lock = new ReentrantLock();

  void run(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  <T> T get(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
