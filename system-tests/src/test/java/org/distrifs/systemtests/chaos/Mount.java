package org.distrifs.systemtests.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A mount as its users see it. {@link #availability} changes whenever it is about to be killed or
 * answers again: a call that failed while it changed proves nothing. Thread-safe.
 */
final class Mount {
  /** All files are below it, so that nothing is ever written beside a mount that is away. */
  static final String WORK = "work";

  private static final long WATCH_INTERVAL_NS = 50_000_000;

  private final Role role;
  private final Path point;
  private volatile boolean up;
  private boolean killed;
  private final AtomicInteger availability = new AtomicInteger();

  Mount(Role role, Path point) {
    this.role = role;
    this.point = point;
  }

  Role role() {
    return role;
  }

  Path point() {
    return point;
  }

  Path file(String name) {
    return point.resolve(WORK).resolve(name);
  }

  boolean isUp() {
    return up;
  }

  int availability() {
    return availability.get();
  }

  /** To be called before its process is killed: until it is started again, nobody uses it. */
  synchronized void goingDown() {
    killed = true;
    isDown();
  }

  /** Starts its process, if it does not run. Whether it answers is noticed later. */
  synchronized void start() {
    role.start();
    killed = false;
  }

  private void isDown() {
    up = false;
    availability.incrementAndGet();
  }

  /**
   * Notices from now on when a mount that was started answers. A thread of its own, because the
   * question itself waits while the mount stands still.
   */
  void watch() {
    final Thread thread =
        new Thread(
            () -> {
              while (true) {
                lookWhetherItAnswers();
                LockSupport.parkNanos(WATCH_INTERVAL_NS);
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private void lookWhetherItAnswers() {
    final int asked = availability.get();
    final boolean answers = role.runs() && (up || Files.isDirectory(point.resolve(WORK)));
    synchronized (this) {
      if (availability.get() != asked || killed || answers == up) {
        return;
      }
      if (answers) {
        availability.incrementAndGet();
        up = true;
      } else {
        isDown();
      }
    }
  }

  @Override
  public String toString() {
    return role.name();
  }
}
