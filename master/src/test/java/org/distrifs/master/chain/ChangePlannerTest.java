package org.distrifs.master.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.distrifs.master.chain.ChangePlanner.Availability;
import org.distrifs.master.chain.ChangePlanner.Demands;
import org.junit.jupiter.api.Test;

/** A chain of nodes 1, 2, 3, with at least two replicas. */
class ChangePlannerTest {

  private static final List<Integer> CHAIN = List.of(1, 2, 3);

  private final ChangePlanner planner = new ChangePlanner(2);

  @Test
  void whoIsThereSurvives() {
    assertThat(begin(Demands.NONE, Map.of())).isEqualTo(Participants.allOf(CHAIN));
  }

  @Test
  void whoIsAwayIsLost() {
    Participants who = begin(Demands.NONE, Map.of(2, Availability.AWAY));
    assertThat(who.survivors()).containsExactly(1, 3);
    assertThat(who.lost()).containsExactly(2);
    assertThat(who.lostMayReturn()).isTrue();
    assertThat(begin(Demands.NONE, Map.of(2, Availability.LOST)).lostMayReturn()).isFalse();
  }

  @Test
  void whoMayStillServeIsWaitedFor() {
    assertThat(wait(Demands.NONE, Map.of(2, Availability.UNSURE))).contains("datanode 2");
  }

  @Test
  void tooFewSurvivorsWaitUnlessAJoinerMakesUpForTheLost() {
    Map<Integer, Availability> two = Map.of(1, Availability.AWAY, 2, Availability.LOST);
    assertThat(wait(Demands.NONE, two)).contains("at least 2");
    Participants who = begin(joining(4), two);
    assertThat(who.chain()).containsExactly(3, 4);
    Map<Integer, Availability> all =
        Map.of(1, Availability.AWAY, 2, Availability.AWAY, 3, Availability.AWAY);
    assertThat(wait(joining(4, 5), all)).contains("[1, 2, 3]");
  }

  @Test
  void aJoinerThatIsAwayDoesNotCount() {
    Map<Integer, Availability> away =
        Map.of(1, Availability.AWAY, 2, Availability.AWAY, 4, Availability.AWAY);
    assertThat(wait(joining(4), away)).isNotEmpty();
    assertThat(begin(joining(4), Map.of(4, Availability.AWAY)).joining()).isEmpty();
  }

  @Test
  void whoIsToLeaveLeavesOnlyIfEnoughRemain() {
    assertThat(begin(leaving(3), Map.of()).leaving()).containsExactly(3);
    Participants who = begin(leaving(3, 2), Map.of());
    assertThat(who.leaving()).containsExactly(3);
    assertThat(who.survivors()).containsExactly(1, 2);
    assertThat(begin(leaving(3), Map.of(1, Availability.LOST)).survivors()).containsExactly(2, 3);
  }

  @Test
  void whoIsToLeaveAndIsAwayIsLost() {
    Participants who = begin(leaving(3), Map.of(3, Availability.AWAY));
    assertThat(who.leaving()).isEmpty();
    assertThat(who.lost()).containsExactly(3);
  }

  @Test
  void aMemberThatGotACopyComesInAgainAtTheEnd() {
    assertThat(begin(joining(1), Map.of()).chain()).containsExactly(2, 3, 1);
  }

  @Test
  void aChainShorterThanTheMinimumIsChangedAsItIs() {
    ChangePlanner.Plan plan = planner.plan(List.of(7), Demands.NONE, node -> Availability.PRESENT);
    assertThat(plan).isEqualTo(new ChangePlanner.Begin(Participants.allOf(List.of(7))));
  }

  @Test
  void onlySurvivorsAreDoubtful() {
    Demands damaged = new Demands(Set.of(), Set.of(), Set.of(2, 3));
    assertThat(begin(damaged, Map.of(3, Availability.AWAY)).doubtful()).containsExactly(2);
  }

  private static Demands joining(Integer... nodes) {
    return new Demands(Set.of(), new LinkedHashSet<>(List.of(nodes)), Set.of());
  }

  private static Demands leaving(Integer... nodes) {
    return new Demands(new LinkedHashSet<>(List.of(nodes)), Set.of(), Set.of());
  }

  private Participants begin(Demands demands, Map<Integer, Availability> availabilities) {
    return ((ChangePlanner.Begin) plan(demands, availabilities)).who();
  }

  private String wait(Demands demands, Map<Integer, Availability> availabilities) {
    return ((ChangePlanner.Wait) plan(demands, availabilities)).why();
  }

  private ChangePlanner.Plan plan(Demands demands, Map<Integer, Availability> availabilities) {
    return planner.plan(
        CHAIN, demands, node -> availabilities.getOrDefault(node, Availability.PRESENT));
  }
}
