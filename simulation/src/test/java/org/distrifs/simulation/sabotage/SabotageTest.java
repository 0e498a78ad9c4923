package org.distrifs.simulation.sabotage;

import static org.assertj.core.api.Assertions.fail;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.distrifs.simulation.Outcome;
import org.distrifs.simulation.SilentLogging;
import org.distrifs.simulation.Simulation;
import org.distrifs.simulation.cluster.Sabotage;
import org.distrifs.simulation.plan.Plan;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulation notices that one rule of the protocol is broken, within a known number of seeds.
 */
class SabotageTest {

  @BeforeAll
  static void enable() {
    SilentLogging.enable();
  }

  static Stream<Arguments> variants() {
    return Stream.of(
        of("writes are acknowledged by the head alone", 50, Sabotages::acknowledgedBeforeTheTail),
        of("failures behind a member are hidden", 100, Sabotages::failuresBehindHidden),
        of("writes are taken out of their order", 50, Sabotages::orderNotKept),
        of("duplicates are applied twice", 1000, Sabotages::duplicatesAppliedTwice),
        of("reads see what is not acknowledged", 1000, Sabotages::uncommittedReads),
        of("a replica is trusted after an unclean stop", 1000, Sabotages::suspectsTrusted),
        of("members are not made equal", 100, Sabotages::reconcileLeftOut),
        of("a suspect replica is the source", 200, Sabotages::suspectSource),
        of(
            "a version is committed before it is installed",
            100,
            Sabotages::committedBeforeInstalled),
        of("a lease never ends", 200, Sabotages::leaseNeverEnds),
        of("an incarnation goes on after its lease", 200, Sabotages::incarnationKept),
        of("replicas are deleted without proof", 50, Sabotages::deletionsWithoutProof),
        of("the journal answers before it is durable", 100, Sabotages::answeredBeforeDurable),
        of("names are not looked at", 50, Sabotages::namesNotChecked));
  }

  /** Violations that show only when several faults coincide. */
  static Stream<Arguments> rareVariants() {
    return Stream.of(
        of("a member takes writes though it is fenced", 5000, Sabotages::fenceSkipped),
        of("a member that leaves goes on serving reads", 5000, Sabotages::stopReadsIgnored));
  }

  private static Arguments of(String what, int withinSeeds, Supplier<Sabotage> variant) {
    return Arguments.of(what, withinSeeds, variant);
  }

  @ParameterizedTest(name = "{0}: found within {1} seeds")
  @MethodSource("variants")
  void aBrokenProtocolIsFound(String what, int withinSeeds, Supplier<Sabotage> variant) {
    assertIsFound(what, withinSeeds, variant);
  }

  @Tag("full")
  @ParameterizedTest(name = "{0}: found within {1} seeds")
  @MethodSource("rareVariants")
  void aRareViolationIsFound(String what, int withinSeeds, Supplier<Sabotage> variant) {
    assertIsFound(what, withinSeeds, variant);
  }

  @Test
  void aFailureThatAWriteSilencesIsFound() {
    for (long seed = 1; seed <= 200; seed++) {
      if (!Simulation.run(Plan.withSyncs(seed), Sabotages.failureSilencedByAWrite()).isGood()) {
        return;
      }
    }
    fail("not found in 200 seeds");
  }

  private static void assertIsFound(String what, int withinSeeds, Supplier<Sabotage> variant) {
    for (long seed = 1; seed <= withinSeeds; seed++) {
      Outcome outcome = Simulation.run(Plan.of(seed), variant.get());
      if (!outcome.isGood()) {
        return;
      }
    }
    fail("%s: not found in %d seeds", what, withinSeeds);
  }
}
