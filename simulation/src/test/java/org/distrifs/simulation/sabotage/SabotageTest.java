package org.distrifs.simulation.sabotage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.distrifs.simulation.Outcome;
import org.distrifs.simulation.Quiet;
import org.distrifs.simulation.Simulation;
import org.distrifs.simulation.cluster.Sabotage;
import org.distrifs.simulation.plan.Plan;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A protocol that is broken in one place is found out, within a known number of seeds. */
class SabotageTest {

  @BeforeAll
  static void logNothing() {
    Quiet.logNothing();
  }

  static Stream<Arguments> variants() {
    return Stream.of(
        of("a member takes writes though it is fenced", 300, Variants::fenceSkipped),
        of("duplicates are applied twice", 300, Variants::duplicatesAppliedTwice),
        of("a replica is trusted after an unclean stop", 300, Variants::suspectsTrusted),
        of("members are not made equal", 300, Variants::reconcileLeftOut),
        of("a version is committed before it is installed", 300, Variants::committedBeforeInstalled),
        of("a suspect replica is the source", 300, Variants::suspectSource),
        of("writes are acknowledged by the head alone", 300, Variants::acknowledgedBeforeTheTail),
        of("failures behind a member are hidden", 300, Variants::failuresBehindHidden),
        of("reads see what is not acknowledged", 300, Variants::uncommittedReads),
        of("writes are taken out of their order", 300, Variants::orderNotKept),
        of("the journal answers before it is durable", 300, Variants::answeredBeforeDurable));
  }

  private static Arguments of(String what, int withinSeeds, Supplier<Sabotage> variant) {
    return Arguments.of(what, withinSeeds, variant);
  }

  @ParameterizedTest(name = "{0}: found within {1} seeds")
  @MethodSource("variants")
  void aBrokenProtocolIsFound(String what, int withinSeeds, Supplier<Sabotage> variant) {
    for (long seed = 1; seed <= withinSeeds; seed++) {
      Outcome outcome = Simulation.run(Plan.of(seed), variant.get());
      if (!outcome.isGood()) {
        System.out.printf("%s: seed %d: %s%n", what, seed, outcome.violations().get(0));
        return;
      }
    }
    assertThat(false).as("%s: not found in %d seeds", what, withinSeeds).isTrue();
  }
}
