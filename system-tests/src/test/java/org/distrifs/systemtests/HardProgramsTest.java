package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code scripts/programs}: stressors, load generators, databases and a build. */
@Tag("full")
class HardProgramsTest {
  private static final Duration BOUND = Duration.ofMinutes(60);

  @TempDir static Path folder;

  @Test
  void allOfThemDoWhatTheyDoOnAnOrdinaryFileSystem() throws Exception {
    // Above the folder of the distribution, dist/distrifs-<version>.
    final Path script =
        Path.of(System.getProperty("distrifs.dist")).resolve("../../scripts/programs").normalize();
    final Path ordinary = Files.createDirectory(folder.resolve("ordinary"));
    try (Cluster cluster = Cluster.start(folder)) {
      final Command.Result result =
          Command.run(
              BOUND,
              List.of(
                  script.toString(),
                  cluster.mount().toString(),
                  "--against",
                  ordinary.toString(),
                  "--logs",
                  folder.resolve("logs").toString()));
      System.out.println(result.output());
      assertThat(result.exitStatus()).isZero();
    }
  }
}
