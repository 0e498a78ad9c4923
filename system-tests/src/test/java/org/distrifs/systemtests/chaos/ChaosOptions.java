package org.distrifs.systemtests.chaos;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The options of a run.
 *
 * @param seed from which everything is drawn
 * @param minutes duration of all rounds; the checks at the end take longer
 * @param datanodes at least 4, so that a lost member can be replaced
 * @param folder for data and logs; made by the caller
 * @param kinds faults to draw from
 */
record ChaosOptions(long seed, double minutes, int datanodes, Path folder, Set<FaultKind> kinds) {
  private static final int FEWEST_DATANODES = 4;
  private static final int MOST_DATANODES = 20;

  /**
   * @throws IllegalArgumentException with a sentence for the user
   */
  static ChaosOptions parse(String[] arguments) {
    long seed = new SplittableRandom().nextLong();
    double minutes = 2;
    int datanodes = 5;
    Path folder = null;
    Set<FaultKind> kinds = EnumSet.allOf(FaultKind.class);
    for (int i = 0; i < arguments.length; i += 2) {
      final String flag = arguments[i];
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(flag + " needs a value");
      }
      final String value = arguments[i + 1];
      switch (flag) {
        case "--seed" -> seed = Long.parseLong(value);
        case "--minutes" -> minutes = Double.parseDouble(value);
        case "--datanodes" -> datanodes = Integer.parseInt(value);
        case "--faults" -> kinds = FaultKind.parseList(value);
        case "--dir" -> folder = Path.of(value);
        default -> throw new IllegalArgumentException("unknown flag " + flag);
      }
    }
    if (folder == null) {
      throw new IllegalArgumentException("--dir is missing");
    }
    if (datanodes < FEWEST_DATANODES || datanodes > MOST_DATANODES) {
      throw new IllegalArgumentException(
          "--datanodes is from %d to %d".formatted(FEWEST_DATANODES, MOST_DATANODES));
    }
    return new ChaosOptions(seed, minutes, datanodes, folder.toAbsolutePath().normalize(), kinds);
  }
}
