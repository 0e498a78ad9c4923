package org.distrifs.systemtests.chaos;

import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file that one worker owns: its name, and what it may hold. Only the worker changes it; readers
 * look. Names are never used twice.
 */
final class ModelFile {
  /** For so long another mount may not have noticed a change of names, with room. */
  private static final long NAMES_VISIBLE_NS = 3_000_000_000L;

  /** Of the life of a file, the last calls are remembered, to be told with a contradiction. */
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

  /** Something was done to it, or failed. */
  void tell(String line) {
    synchronized (story) {
      if (story.size() == STORY_LINES) {
        story.remove();
      }
      story.add("%s %s".formatted(LocalTime.now(ZoneOffset.UTC), line));
    }
  }

  /** What was done to it lately, a line for each call. */
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

  /** The name that a rename tried to give it, if that is not known to have failed or succeeded. */
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

  /** Its name is about to be made, changed, replaced or removed. */
  void tryingName(Mount through, String tried, boolean absentAfterwards) {
    nameChanges.incrementAndGet();
    namedThrough = through;
    namedNs = System.nanoTime();
    newName = tried.equals(name) ? null : tried;
    mayBeAbsent |= absentAfterwards;
  }

  /** What was tried of its name is done. */
  void named() {
    if (newName != null) {
      name = newName;
      newName = null;
    }
    mayBeAbsent = false;
    namedNs = System.nanoTime();
    nameChanges.incrementAndGet();
  }

  /** After everything has come to rest: this is its name. */
  void resolveName(String seen) {
    name = seen;
    newName = null;
    mayBeAbsent = false;
  }

  /** Whether only one state is possible; only then it is changed further. */
  boolean isCertain() {
    return contents.isCertain() && !mayBeAbsent && newName == null;
  }

  /** Whether every mount is bound to know its name by now. */
  boolean isNameVisibleEverywhere() {
    return System.nanoTime() - namedNs > NAMES_VISIBLE_NS;
  }

  /** Whether this mount knows its name. */
  boolean isKnownTo(Mount mount) {
    return mount == namedThrough || isNameVisibleEverywhere();
  }
}
