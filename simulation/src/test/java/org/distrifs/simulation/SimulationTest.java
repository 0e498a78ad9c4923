package org.distrifs.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.distrifs.runtime.clock.Seeds;
import org.distrifs.simulation.plan.Plan;
import org.distrifs.simulation.plan.Shrinker;
import org.distrifs.simulation.plan.Step;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many runs, each of which must be good, and the same again when it is repeated. */
class SimulationTest {

  /** The same in every build; seeds beyond them are run by {@code scripts/simulate}. */
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

  /** Reads that could not be served from the file were once queued behind pending writes. */
  @Test
  void readsThatAreAdmittedTwiceSeeNothingPending() {
    assertIsGood(14847);
    assertIsGood(53890);
  }

  /**
   * A write that was cut off from its answer was once forgotten, and so applied again, after
   * another client had written a thousand times.
   */
  @Test
  void aWriteIsNotAppliedAgainHoweverMuchOthersWroteMeanwhile() {
    assertIsGood(60191);
  }

  /** The answer to a write that had got a new sequence meanwhile once counted for the new one. */
  @Test
  void aWriteThatIsToBeAppliedOnceMoreIsNotAcknowledgedForBefore() {
    assertIsGood(30173);
  }

  /**
   * A member whose process had died while it wrote once took a block over from one whose machine
   * had rebooted, and which had lost acknowledged bytes of it.
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

  /** Clients that sync while so many members are away that writes must fail. */
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
