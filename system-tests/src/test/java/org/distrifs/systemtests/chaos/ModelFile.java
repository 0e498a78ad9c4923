package org.distrifs.systemtests.chaos;

import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file that one worker owns: its name, and its possible contents. Only the worker changes it;
 * others read it. Names are never used twice.
 */
final class ModelFile {
  /** How long another mount may take to notice a change of names, with a margin. */
  private static final long NAMES_VISIBLE_NS = 3_000_000_000L;

  /** How many of the last calls on a file are kept, to be printed with a contradiction. */
  private static final int STORY_LINES = 40;

  private final Contents contents = new Contents();
  private final Deque<String> story = new ArrayDeque<>();
  private volatile String name;
  private volatile String newName;
  private volatile boolean mayBeAbsent;
  private volatile Mount namedThrough;
  private volatile long namedNs;
  private final AtomicInteger nameChanges = new AtomicInteger();

  /** A file that is about to be created. */
  ModelFile(String name) {
    this.name = name;
    this.mayBeAbsent = true;
    this.namedNs = System.nanoTime();
  }

  /** Records a call on the file, and its result. */
  void tell(String line) {
    synchronized (story) {
      if (story.size() == STORY_LINES) {
        story.remove();
      }
      story.add("%s %s".formatted(LocalTime.now(ZoneOffset.UTC), line));
    }
  }

  /** The last calls on the file, a line each. */
  String story() {
    synchronized (story) {
      return "\n    " + String.join("\n    ", story);
    }
  }

  Contents contents() {
    return contents;
  }

  String name() {
    return name;
  }

  /** The new name of a rename of which it is not known whether it failed. */
  String newName() {
    return newName;
  }

  boolean mayBeAbsent() {
    return mayBeAbsent;
  }

  /** Counts the attempts to change its name; a reader compares before and after. */
  int nameChanges() {
    return nameChanges.get();
  }

  /** Records that its name is about to be made, changed, replaced or removed. */
  void tryingName(Mount through, String tried, boolean absentAfterwards) {
    nameChanges.incrementAndGet();
    namedThrough = through;
    namedNs = System.nanoTime();
    newName = tried.equals(name) ? null : tried;
    mayBeAbsent |= absentAfterwards;
  }

  /** Records that the attempt to change its name has succeeded. */
  void named() {
    if (newName != null) {
      name = newName;
      newName = null;
    }
    mayBeAbsent = false;
    namedNs = System.nanoTime();
    nameChanges.incrementAndGet();
  }

  /** After everything has come to rest: sets the name that was found. */
  void resolveName(String seen) {
    name = seen;
    newName = null;
    mayBeAbsent = false;
  }

  /** Whether only one state is possible. Only then the worker changes the file again. */
  boolean isCertain() {
    return contents.isCertain() && !mayBeAbsent && newName == null;
  }

  /** Whether every mount must know its name by now. */
  boolean isNameVisibleEverywhere() {
    return System.nanoTime() - namedNs > NAMES_VISIBLE_NS;
  }

  /** Whether this mount knows its name. */
  boolean isKnownTo(Mount mount) {
    return mount == namedThrough || isNameVisibleEverywhere();
  }
}
