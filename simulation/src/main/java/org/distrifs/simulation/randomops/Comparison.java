package org.distrifs.simulation.randomops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Applies the same operations to a folder under test and to a trusted one, and reports the first
 * difference. Works in fresh sub-folders of both, which it removes again. Not thread-safe.
 */
public final class Comparison {
  private static final int MAX_SHRINK_RUNS = 400;

  private final Path tested;
  private final Path trusted;
  private final int treeInterval;
  private int runs;

  /**
   * @param treeInterval number of operations after which both trees are compared; they are compared
   *     at the end, too
   */
  public Comparison(Path tested, Path trusted, int treeInterval) {
    this.tested = tested;
    this.trusted = trusted;
    this.treeInterval = treeInterval;
  }

  /**
   * Runs the operations; after a difference, shrinks them.
   *
   * @return the difference, with the shortest failing sequence found; empty if there is none
   */
  public Optional<String> run(List<FileOperation> operations) throws IOException {
    final Optional<String> difference = difference(operations);
    if (difference.isEmpty()) {
      return difference;
    }
    final List<FileOperation> shortest = shrink(operations);
    final StringBuilder report = new StringBuilder(difference.get());
    report.append("\nshrunk to ").append(shortest.size()).append(" operations:\n");
    shortest.forEach(operation -> report.append("  ").append(operation).append('\n'));
    report.append(difference(shortest).orElse("which do not fail every time"));
    return Optional.of(report.toString());
  }

  /** Leaves out ever smaller runs of operations as long as the rest still fails. */
  private List<FileOperation> shrink(List<FileOperation> failing) throws IOException {
    List<FileOperation> shortest = failing;
    int budget = MAX_SHRINK_RUNS;
    for (int chunk = failing.size() / 2; chunk >= 1; chunk /= 2) {
      for (int from = 0; from < shortest.size() && budget > 0; budget--) {
        final List<FileOperation> shorter = new ArrayList<>(shortest.subList(0, from));
        shorter.addAll(shortest.subList(Math.min(from + chunk, shortest.size()), shortest.size()));
        if (difference(shorter).isPresent()) {
          shortest = shorter;
        } else {
          from += chunk;
        }
      }
    }
    return shortest;
  }

  private Optional<String> difference(List<FileOperation> operations) throws IOException {
    runs++;
    final Path testedFolder = Files.createDirectory(tested.resolve("random-" + runs));
    final Path trustedFolder = Files.createDirectory(trusted.resolve("random-" + runs));
    try (FolderTarget a = new FolderTarget(testedFolder);
        FolderTarget b = new FolderTarget(trustedFolder)) {
      for (int i = 0; i < operations.size(); i++) {
        final FileOperation operation = operations.get(i);
        final String seen = a.apply(operation);
        final String expected = b.apply(operation);
        if (!seen.equals(expected)) {
          return Optional.of(
              "operation %d, %s: seen '%s', expected '%s'".formatted(i, operation, seen, expected));
        }
        if (i % treeInterval == treeInterval - 1) {
          final Optional<String> difference = treeDifference(a, b);
          if (difference.isPresent()) {
            return Optional.of(
                "after operation %d, %s: %s".formatted(i, operation, difference.get()));
          }
        }
      }
      return treeDifference(a, b);
    } finally {
      deleteTree(testedFolder);
      deleteTree(trustedFolder);
    }
  }

  private static Optional<String> treeDifference(FolderTarget a, FolderTarget b)
      throws IOException {
    final Map<String, String> seen = a.tree();
    final Map<String, String> expected = b.tree();
    if (seen.equals(expected)) {
      return Optional.empty();
    }
    final StringBuilder text = new StringBuilder("trees differ:");
    for (final Map.Entry<String, String> entry : expected.entrySet()) {
      final String other = seen.remove(entry.getKey());
      if (!entry.getValue().equals(other)) {
        text.append(
            "\n  %s: seen '%s', expected '%s'".formatted(entry.getKey(), other, entry.getValue()));
      }
    }
    seen.forEach(
        (name, value) -> text.append("\n  %s: seen '%s', expected nothing".formatted(name, value)));
    return Optional.of(text.toString());
  }

  private static void deleteTree(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (final Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
