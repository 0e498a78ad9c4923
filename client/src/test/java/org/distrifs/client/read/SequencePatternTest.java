package org.distrifs.client.read;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SequencePatternTest {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final long MAX_WINDOW = 8L * MIB;

  private final SequencePattern pattern = new SequencePattern();

  private long observe(long offset, int length) {
    return pattern.observe(offset, length, MAX_WINDOW);
  }

  @Test
  void aReaderInOrderIsRunAheadOfOnceItHasReadMoreThanAHeader() {
    assertThat(observe(0, 32 * KIB)).isZero();
    assertThat(observe(32 * KIB, 32 * KIB)).isEqualTo(4 * 64 * KIB);
    assertThat(observe(64 * KIB, MIB)).isEqualTo(4 * (64 * KIB + MIB));
    assertThat(observe(64 * KIB + MIB, MIB)).isEqualTo(MAX_WINDOW);
  }

  @Test
  void requestsOfTheLargestSizeMayOvertakeOneAnother() {
    observe(0, MIB);
    for (int pair = 1; pair <= 20; pair++) {
      assertThat(observe(2L * pair * MIB, MIB)).as("the second of pair %d", pair).isPositive();
      assertThat(observe((2L * pair - 1) * MIB, MIB)).as("the first").isPositive();
    }
  }

  @Test
  void whoReadsHereAndThereIsNotRunAheadOf() {
    observe(0, MIB);
    assertThat(observe(MIB, MIB)).isPositive();
    assertThat(observe(3L * MIB, 4 * KIB)).as("far for a short read").isZero();
    assertThat(observe(100L * MIB, MIB)).isZero();
    assertThat(observe(50L * MIB, MIB)).isZero();
  }
}
