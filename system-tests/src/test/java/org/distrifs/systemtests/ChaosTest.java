package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was acknowledged is there, whatever processes are killed or paused, links cut and bytes
 * flipped.
 */
class ChaosTest {
  /** Time to start the cluster, and for the repairs and comparisons after the last round. */
  private static final int MINUTES_BESIDE = 10;

  @TempDir Path folder;

  @Test
  void aMinuteOfFaultsLosesNothingThatWasAcknowledged() {
    expectToPass(1);
  }

  @Tag("full")
  @Test
  void halfAnHourOfFaultsLosesNothingThatWasAcknowledged() {
    expectToPass(30);
  }

  private void expectToPass(int minutes) {
    Cluster.requireFuse();
    final long seed = Seeds.fromPropertyOrFresh();
    // Above the folder of the distribution, dist/distrifs-<version>.
    final Path script = Path.of(System.getProperty("distrifs.dist")).resolve("../../scripts/chaos");
    final Command.Result result =
        Command.run(
            Duration.ofMinutes(minutes + MINUTES_BESIDE),
            List.of(
                script.normalize().toString(),
                "--seed",
                "" + seed,
                "--minutes",
                "" + minutes,
                "--dir",
                folder.toString()));
    System.out.println(result.output());
    assertThat(result.exitStatus()).as("chaos of seed %d", seed).isZero();
  }
}
