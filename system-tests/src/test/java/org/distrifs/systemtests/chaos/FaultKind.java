package org.distrifs.systemtests.chaos;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The kinds of faults. */
enum FaultKind {
  KILL_DATANODE,
  KILL_ALL_DATANODES,
  STOP_DATANODE,
  KILL_MASTER,
  STOP_MASTER,
  KILL_MOUNT,
  STOP_MOUNT,
  FLIP_BYTES,
  FILL_DISK,
  CUT_ONE_WAY,
  CUT_BOTH_WAYS;

  /** The name on the command line: {@code kill-datanode}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads a list of words, separated by commas.
   *
   * @throws IllegalArgumentException if a word names no kind
   */
  static Set<FaultKind> parseList(String words) {
    final Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
    for (final String word : words.split(",", -1)) {
      kinds.add(
          Arrays.stream(values())
              .filter(kind -> kind.toString().equals(word))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "there is no fault \"%s\"; there are %s"
                              .formatted(
                                  word,
                                  Arrays.stream(values())
                                      .map(FaultKind::toString)
                                      .collect(Collectors.joining(","))))));
    }
    return kinds;
  }
}
