package org.distrifs.runtime.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ClockTest {

  @Test
  void theSystemClockNeverGoesBackAndTellsTheWallTimeFinerThanMilliseconds() {
    SystemClock clock = new SystemClock();
    long start = clock.monotonicNs();
    boolean fine = false;
    for (int i = 0; i < 10_000; i++) {
      assertThat(clock.monotonicNs() - start).isNotNegative();
      fine |= clock.wallTimeNs() % 1_000_000 != 0;
    }
    assertThat(fine).isTrue();
    assertThat(TimeUnit.NANOSECONDS.toMillis(clock.wallTimeNs()))
        .isCloseTo(System.currentTimeMillis(), Offset.offset(10_000L));
  }

  @Test
  void aManualClockMovesOnlyWhenTold() {
    ManualClock clock = new ManualClock(1_000);
    assertThat(clock.monotonicNs()).isZero();
    clock.advance(2, TimeUnit.MICROSECONDS);
    assertThat(clock.monotonicNs()).isEqualTo(2_000);
    assertThat(clock.wallTimeNs()).isEqualTo(3_000);
    assertThatThrownBy(() -> clock.advance(-1, TimeUnit.NANOSECONDS))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void seededEntropyRepeatsAndSystemEntropyDoesNot() {
    assertThat(new SeededEntropy(7).nextLong()).isEqualTo(new SeededEntropy(7).nextLong());
    assertThat(new SystemEntropy().nextLong()).isNotEqualTo(new SystemEntropy().nextLong());
    byte[] bytes = new byte[32];
    new SystemEntropy().fill(bytes);
    assertThat(bytes).isNotEqualTo(new byte[32]);
    byte[] first = new byte[32];
    byte[] second = new byte[32];
    new SeededEntropy(7).fill(first);
    new SeededEntropy(7).fill(second);
    assertThat(first).isEqualTo(second);
  }

  @Test
  void aSeedComesFromThePropertyOrIsFresh() {
    String property = "distrifs.seed.of.this.test";
    assertThat(Seeds.fromPropertyOrFresh(property))
        .isNotEqualTo(Seeds.fromPropertyOrFresh(property));
    System.setProperty(property, "-42");
    try {
      assertThat(Seeds.fromPropertyOrFresh(property)).isEqualTo(-42);
      System.setProperty(property, "forty-two");
      assertThatThrownBy(() -> Seeds.fromPropertyOrFresh(property))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("-D" + property + "=forty-two");
    } finally {
      System.clearProperty(property);
    }
  }
}
