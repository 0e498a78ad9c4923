package org.distrifs.systemtests.conformance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Counts what a case asserts, and collects what is not so: a case goes on to its end, so that one
 * run tells everything. Calls come from one thread at a time.
 */
final class Findings {
  private final Deque<String> context = new ArrayDeque<>();
  private final List<String> failures = new ArrayList<>();
  private int assertions;

  void enter(String what) {
    context.addLast(what);
  }

  void leave() {
    context.removeLast();
  }

  void compare(String what, Object expected, Object actual) {
    check(what + ": expected " + expected + ", got " + actual, Objects.equals(expected, actual));
  }

  void check(String failure, boolean holds) {
    assertions++;
    if (!holds) {
      String where = context.stream().map(part -> part + ": ").collect(Collectors.joining());
      failures.add(line() + " " + where + failure);
    }
  }

  /** A call that is not asserted about failed: the case ended there. */
  void broken(CallFailed failure) {
    String where =
        Arrays.stream(failure.getStackTrace())
            .filter(frame -> isOfCase(frame.getFileName()))
            .findFirst()
            .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
            .orElse("");
    failures.add(where + " " + failure.getMessage());
  }

  int assertions() {
    return assertions;
  }

  List<String> failures() {
    return failures;
  }

  private static boolean isOfCase(String file) {
    return file != null && file.endsWith("Cases.java") && !file.equals("Cases.java");
  }

  /** The lines of the case that this is called from, the innermost first. */
  private static String line() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(frame -> isOfCase(frame.getFileName()))
                    .limit(2)
                    .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
                    .distinct()
                    .collect(Collectors.joining("<")));
  }
}
