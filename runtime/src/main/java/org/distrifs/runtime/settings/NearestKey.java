package org.distrifs.runtime.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the key that was probably meant by a mistyped one. */
final class NearestKey {

  /** Longer keys are not compared, because the cost is the product of the lengths. */
  private static final int MAX_KEY_CHARS = 128;

  private NearestKey() {}

  /** The key with the fewest differing characters, if at most a third of them differ. */
  static Optional<String> to(String key, Collection<Setting<?>> settings) {
    if (key.length() > MAX_KEY_CHARS) {
      return Optional.empty();
    }
    return settings.stream()
        .map(Setting::key)
        .min(Comparator.comparingInt(known -> distance(key, known)))
        .filter(known -> distance(key, known) <= Math.max(2, known.length() / 3));
  }

  static String listed(Collection<Setting<?>> settings) {
    return settings.stream().map(Setting::key).collect(Collectors.joining(", "));
  }

  /** Levenshtein's edit distance, row by row. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
