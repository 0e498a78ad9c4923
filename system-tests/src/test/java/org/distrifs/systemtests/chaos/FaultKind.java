package org.distrifs.systemtests.chaos;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What is done to the cluster. */
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

  /** The word for people: {@code kill-datanode}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads a list of words, separated by commas.
   *
   * @throws IllegalArgumentException naming the word that is none
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
