package org.distrifs.systemtests.chaos;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A mount as its users see it. {@link #life} changes whenever it is about to be killed or answers
 * again: a call that failed while it changed proves nothing. Thread-safe.
 */
final class Mount {
  /** All files are below it, so that nothing is ever written beside a mount that is away. */
  static final String WORK = "work";

  private final Role role;
  private final Path point;
  private volatile boolean up;
  private volatile int life;

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

  int life() {
    return life;
  }

  /** To be called before its process is killed. */
  synchronized void goingDown() {
    up = false;
    life++;
  }

  /** Asks a mount that was started whether it answers. */
  synchronized boolean answers() {
    if (!up && role.runs() && Files.isDirectory(point.resolve(WORK))) {
      life++;
      up = true;
    }
    return up;
  }

  @Override
  public String toString() {
    return role.name();
  }
}
