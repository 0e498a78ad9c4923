package org.distrifs.simulation.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.simulation.linearizability.RegisterOperation.Kind;
import org.junit.jupiter.api.Test;

class LinearizabilityCheckerTest {
  private static final long INITIAL = 0;

  @Test
  void nothingIsLinearizable() {
    assertThat(LinearizabilityChecker.contradiction(List.of(), INITIAL)).isEmpty();
  }

  @Test
  void oneAfterTheOtherEachReadSeesTheLastWrite() {
    expectPossible(read(0, 0, 1), write(1, 2, 3), read(1, 4, 5), write(2, 6, 7), read(2, 8, 9));
    expectImpossible(write(1, 0, 1), write(2, 2, 3), read(1, 4, 5));
    expectImpossible(write(1, 0, 1), read(0, 2, 3));
    expectImpossible(read(7, 0, 1));
  }

  @Test
  void whatOverlapsMayHappenInEitherOrder() {
    expectPossible(write(1, 0, 10), read(0, 1, 9), read(1, 2, 8));
    expectPossible(write(1, 0, 10), write(2, 0, 10), read(1, 11, 12));
    expectPossible(write(1, 0, 10), write(2, 0, 10), read(2, 11, 12));
  }

  @Test
  void readsDoNotGoBackInTimeEvenWhileTheWriteIsUnderWay() {
    expectPossible(write(1, 0, 100), read(0, 1, 2), read(1, 3, 4));
    expectImpossible(write(1, 0, 100), read(1, 1, 2), read(0, 3, 4));
  }

  @Test
  void twoReadersAgreeOnTheOrderOfTwoWrites() {
    expectImpossible(
        write(1, 0, 100), write(2, 0, 100), read(1, 10, 11), read(2, 12, 13), read(1, 14, 15));
  }

  @Test
  void aWriteWithoutAnAnswerMayHappenLateOrNever() {
    final long never = RegisterOperation.NEVER;
    expectPossible(write(1, 0, never), read(0, 10, 11), read(0, 12, 13));
    expectPossible(write(1, 0, never), read(0, 10, 11), read(1, 12, 13));
    expectImpossible(write(1, 5, never), read(1, 0, 4));
    expectImpossible(write(1, 0, never), read(1, 10, 11), read(0, 12, 13));
  }

  @Test
  void theReportNamesTheOperationThatDoesNotFit() {
    assertThat(
            LinearizabilityChecker.contradiction(
                List.of(write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)), INITIAL))
        .hasValueSatisfying(text -> assertThat(text).contains("reads 1 from 4 to 5"));
  }

  @Test
  void aReadWithoutAnAnswerIsRefused() {
    assertThatThrownBy(() -> read(1, 0, RegisterOperation.NEVER))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void historiesOfARealRegisterAreAcceptedAndOnesWithAPlantedFaultAreNot() {
    final long seed = Seeds.fromPropertyOrFresh();
    for (int round = 0; round < 50; round++) {
      final List<RegisterOperation> history = drawHistory(new Random(seed + round), 6, 60);
      assertThat(LinearizabilityChecker.contradiction(history, INITIAL))
          .as("seed %d, round %d", seed, round)
          .isEmpty();

      assertThat(LinearizabilityChecker.contradiction(withStaleRead(history), INITIAL))
          .as("seed %d, round %d, with a stale read", seed, round)
          .isPresent();
    }
  }

  /**
   * Draws a history that is linearizable by construction: each operation takes effect at a moment
   * between its call and its return. Some writes lose their answer.
   */
  private static List<RegisterOperation> drawHistory(Random random, int clients, int each) {
    record Draft(
        int client, boolean isWrite, long value, long called, long happens, long returns) {}
    final List<Draft> drafts = new ArrayList<>();
    long nextValue = 1;
    for (int client = 0; client < clients; client++) {
      long now = random.nextInt(100);
      for (int i = 0; i < each; i++) {
        final long happens = now + random.nextInt(50);
        final long returns = happens + random.nextInt(50);
        drafts.add(new Draft(client, random.nextBoolean(), nextValue++, now, happens, returns));
        now = returns + 1 + random.nextInt(30);
      }
    }
    drafts.sort((a, b) -> Long.compare(a.happens(), b.happens()));
    long register = INITIAL;
    final List<RegisterOperation> history = new ArrayList<>();
    for (final Draft draft : drafts) {
      if (draft.isWrite()) {
        register = draft.value();
        final long returned = random.nextInt(10) == 0 ? RegisterOperation.NEVER : draft.returns();
        history.add(operation(draft.client(), Kind.WRITE, register, draft.called(), returned));
      } else {
        history.add(
            operation(draft.client(), Kind.READ, register, draft.called(), draft.returns()));
      }
    }
    Collections.shuffle(history, random);
    return history;
  }

  /** Adds a late read of a value that two successive writes have overwritten. */
  private static List<RegisterOperation> withStaleRead(List<RegisterOperation> history) {
    final List<RegisterOperation> faulty = new ArrayList<>(history);
    faulty.add(write(-1, 1_000_000, 1_000_001));
    faulty.add(write(-2, 1_000_002, 1_000_003));
    faulty.add(read(-1, 1_000_004, 1_000_005));
    return faulty;
  }

  private static void expectPossible(RegisterOperation... history) {
    assertThat(verdict(history)).isEmpty();
  }

  private static void expectImpossible(RegisterOperation... history) {
    assertThat(verdict(history)).isPresent();
  }

  private static Optional<String> verdict(RegisterOperation... history) {
    return LinearizabilityChecker.contradiction(List.of(history), INITIAL);
  }

  private static RegisterOperation read(long value, long invokedNs, long returnedNs) {
    return operation(1, Kind.READ, value, invokedNs, returnedNs);
  }

  private static RegisterOperation write(long value, long invokedNs, long returnedNs) {
    return operation(2, Kind.WRITE, value, invokedNs, returnedNs);
  }

  private static RegisterOperation operation(
      int client, Kind kind, long value, long invokedNs, long returnedNs) {
    return new RegisterOperation("client " + client, kind, value, invokedNs, returnedNs);
  }
}
