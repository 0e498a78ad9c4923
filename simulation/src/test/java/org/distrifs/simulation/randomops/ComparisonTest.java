package org.distrifs.simulation.randomops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  private static final long CHUNK_BYTES = 1 << 20;

  @TempDir Path folder;

  @Test
  void findsNoDifferenceBetweenTwoLocalFolders() throws Exception {
    final long seed = Seeds.fromPropertyOrFresh();
    final var operations = new OperationGenerator(seed, CHUNK_BYTES, 3 * CHUNK_BYTES).next(800);

    assertThat(comparison().run(operations)).as("seed " + seed).isEmpty();
  }

  @Test
  void drawsTheSameOperationsFromTheSameSeed() {
    assertThat(new OperationGenerator(7, CHUNK_BYTES, CHUNK_BYTES).next(100))
        .isEqualTo(new OperationGenerator(7, CHUNK_BYTES, CHUNK_BYTES).next(100));
  }

  /** The last operation reads a file that exists in only one of the two folders. */
  @Test
  void shrinksADifferenceToTheOperationThatShowsIt() throws Exception {
    final Comparison comparison = comparison();
    final List<FileOperation> operations =
        new ArrayList<>(new OperationGenerator(11, CHUNK_BYTES, CHUNK_BYTES).next(60));
    Files.writeString(folder.resolve("tested/outside"), "only here");
    operations.add(new FileOperation.Read("../outside", 0, 10));

    assertThat(comparison.run(operations))
        .hasValueSatisfying(report -> assertThat(report).contains("shrunk to 1 operations"));
  }

  private Comparison comparison() throws Exception {
    return new Comparison(
        Files.createDirectory(folder.resolve("tested")),
        Files.createDirectory(folder.resolve("trusted")),
        50);
  }
}
