package org.distrifs.fuse.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The supplementary groups of whoever asks, which no request tells. Thread-safe. */
final class CallerGroups {
  private static final String LABEL = "Groups:";

  private CallerGroups() {}

  /**
   * The groups of a thread by its {@code /proc/N/status} (proc(5)); none if it is gone, or in no
   * process namespace that this process sees.
   */
  static List<Integer> of(int thread) {
    try {
      return Files.readAllLines(Path.of("/proc", Integer.toString(thread), "status")).stream()
          .filter(line -> line.startsWith(LABEL))
          .findFirst()
          .map(CallerGroups::parse)
          .orElse(List.of());
    } catch (IOException e) {
      // A caller whose groups are not known is in none: less is permitted to it.
      return List.of();
    }
  }

  private static List<Integer> parse(String line) {
    return Arrays.stream(line.substring(LABEL.length()).trim().split("\\s+"))
        .filter(group -> !group.isEmpty())
        .map(Integer::parseUnsignedInt)
        .toList();
  }
}
