package org.distrifs.systemtests.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A mount as its users see it. {@link #availability} changes when it is about to be killed and when
 * it answers again: a call that failed meanwhile proves nothing. Thread-safe.
 */
final class Mount {
  /**
   * All files are below this directory of the mount, so that nothing is written into the bare mount
   * point.
   */
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

  /** To be called before its process is killed. Nobody uses it until it is started again. */
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
   * Starts a thread that notices when a started mount answers. The thread blocks while the mount is
   * paused.
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
