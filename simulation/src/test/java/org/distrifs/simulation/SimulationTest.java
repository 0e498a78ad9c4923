package org.distrifs.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.simulation.cluster.ClusterShape;
import org.distrifs.simulation.plan.Plan;
import org.distrifs.simulation.plan.Shrinker;
import org.distrifs.simulation.plan.Step;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs many plans. Each run must be good, and a repeated run must be the same. */
class SimulationTest {

  /** The seeds of every build. {@code scripts/simulate} runs more. */
  private static final int KNOWN_SEEDS = 1000;

  private static final int FRESH_SEEDS = 50;

  @BeforeAll
  static void enable() {
    SilentLogging.enable();
  }

  @Test
  void aThousandSeedsAreGood() {
    for (long seed = 1; seed <= KNOWN_SEEDS; seed++) {
      assertIsGood(seed);
    }
  }

  @Test
  void seedsThatNobodyHasSeenAreGood() {
    long first = Seeds.fromPropertyOrFresh();
    for (long seed = first; seed < first + FRESH_SEEDS; seed++) {
      assertIsGood(seed);
    }
  }

  /** Once, reads that could not be served from the file were queued behind pending writes. */
  @Test
  void readsThatAreAdmittedTwiceSeeNothingPending() {
    assertIsGood(14847);
    assertIsGood(53890);
  }

  /**
   * Once, a member forgot a write after another client had written a thousand times. When the write
   * was sent again for lack of an answer, it was applied again.
   */
  @Test
  void aWriteIsNotAppliedAgainHoweverMuchOthersWroteMeanwhile() {
    assertIsGood(60191);
  }

  /**
   * Once, the answer to a write was taken for the answer to the same write under its new sequence.
   */
  @Test
  void aWriteThatIsToBeAppliedOnceMoreIsNotAcknowledgedForBefore() {
    assertIsGood(30173);
  }

  /**
   * Once, a member whose process had died during a write took a block over from a member whose
   * machine had rebooted, and which had lost acknowledged bytes of that block.
   */
  @Test
  void whoWasStoppedWhileItWroteTakesNothingFromAMachineThatLostBytes() {
    assertIsGood(58456);
  }

  private static void assertIsGood(long seed) {
    assertThat(Simulation.run(Plan.of(seed)).violations())
        .as("seed %d: scripts/simulate --seed %d tells more", seed, seed)
        .isEmpty();
  }

  /** Clients sync while so many members are away that writes must fail. */
  @Test
  void whatASyncVouchedForIsThere() {
    assertSyncsAreGood(1, 50);
  }

  @Tag("full")
  @Test
  void whatASyncVouchedForIsThereInManyRuns() {
    assertSyncsAreGood(51, 2000);
  }

  private static void assertSyncsAreGood(long firstSeed, long lastSeed) {
    for (long seed = firstSeed; seed <= lastSeed; seed++) {
      assertThat(Simulation.run(Plan.withSyncs(seed)).violations())
          .as("seed %d: scripts/simulate --plans syncs --seed %d tells more", seed, seed)
          .isEmpty();
    }
  }

  @Test
  void aSeedWithSyncsRunsTheSameWayAgain() {
    for (long seed = 1; seed <= 10; seed++) {
      Outcome first = Simulation.run(Plan.withSyncs(seed));
      assertThat(Simulation.run(Plan.withSyncs(seed))).as("seed %d", seed).isEqualTo(first);
    }
  }

  @Test
  void aSeedRunsTheSameWayAgain() {
    for (long seed = 1; seed <= 50; seed++) {
      Outcome first = Simulation.run(Plan.of(seed));
      Outcome again = Simulation.run(Plan.of(seed));
      assertThat(again).as("seed %d", seed).isEqualTo(first);
    }
  }

  /** A hasty client gives up its chunk while a member is away; the cluster is not at rest then. */
  @Test
  void datanodesThatAreAwayAfterAllOtherStepsAreWaitedFor() {
    for (int node = 0; node < 5; node++) {
      assertIsGoodWith(new Step.Pause(1000, "node-" + (node + 1), 12_000));
      assertIsGoodWith(
          new Step.KillDatanode(1000, node, 12_000, false),
          new Step.KillDatanode(1001, (node + 1) % 5, 12_000, false));
    }
  }

  private static void assertIsGoodWith(Step... steps) {
    ClusterShape hasty = new ClusterShape(5, 2, 3, 2, 2, 65536, 16384, 3000);
    Plan plan = new Plan(1, hasty, List.of(steps));
    assertThat(Simulation.run(plan).violations()).as(plan.toString()).isEmpty();
  }

  @Test
  void aFailingPlanIsShrunkToWhatItNeeds() {
    Plan plan = Plan.of(1);
    Step needed = plan.steps().get(plan.steps().size() / 2);
    Plan smallest = new Shrinker(each -> each.steps().contains(needed), 200).shrink(plan);
    assertThat(smallest.steps()).containsExactly(needed);
  }

  @Test
  void differentSeedsRunDifferently() {
    assertThat(Simulation.run(Plan.of(1)).trace()).isNotEqualTo(Simulation.run(Plan.of(2)).trace());
  }
}
