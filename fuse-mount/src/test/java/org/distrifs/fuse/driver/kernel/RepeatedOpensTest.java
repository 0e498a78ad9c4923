package org.distrifs.fuse.driver.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RepeatedOpensTest {
  private static final int THREAD = 7;
  private static final int OTHER_THREAD = 8;

  private final RepeatedOpens opens = new RepeatedOpens();

  @Test
  void whatTheThreadLookedUpLastIsWhatItOpens() {
    opens.begin(THREAD);
    opens.found(THREAD, 10);
    opens.found(THREAD, 11);
    opens.found(OTHER_THREAD, 12);
    assertThat(opens.end(THREAD, 11)).isTrue();
    assertThat(opens.end(OTHER_THREAD, 12)).isFalse();
  }

  @Test
  void anythingElseIsNoRepetition() {
    opens.begin(THREAD);
    opens.found(THREAD, 10);
    assertThat(opens.end(THREAD, 11)).isFalse();
  }

  @Test
  void itIsOverWithTheOpen() {
    opens.begin(THREAD);
    assertThat(opens.isUnderWay(THREAD)).isTrue();
    opens.end(THREAD, 10);
    assertThat(opens.isUnderWay(THREAD)).isFalse();
    opens.found(THREAD, 10);
    assertThat(opens.end(THREAD, 10)).isFalse();
  }

  @Test
  void threadsThatCannotBeToldApartAreNotRemembered() {
    opens.begin(0);
    assertThat(opens.isUnderWay(0)).isFalse();
  }

  @Test
  void theOldestOfTooManyIsForgotten() {
    for (int thread = 1; thread <= 1_025; thread++) {
      opens.begin(thread);
    }
    assertThat(opens.isUnderWay(1)).isFalse();
    assertThat(opens.isUnderWay(2)).isTrue();
  }
}
