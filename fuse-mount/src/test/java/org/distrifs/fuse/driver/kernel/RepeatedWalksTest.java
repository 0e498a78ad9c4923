package org.distrifs.fuse.driver.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.distrifs.runtime.clock.ManualClock;
import org.junit.jupiter.api.Test;

class RepeatedWalksTest {
  private static final int THREAD = 7;
  private static final int OTHER_THREAD = 8;
  private static final long REFUSED = 10;
  private static final long FOUND = 11;
  private static final LongPredicate OTHER_NAME = inode -> false;
  private static final LongPredicate SAME_NAME = inode -> true;

  private final ManualClock clock = new ManualClock();
  private final RepeatedWalks walks = new RepeatedWalks(clock);

  @Test
  void allThatTheThreadHasLookedUpCounts() {
    walks.begin(THREAD, List.of(REFUSED));
    walks.lookedUp(THREAD, FOUND, OTHER_NAME);
    walks.lookedUp(THREAD, 12, OTHER_NAME);
    walks.lookedUp(OTHER_THREAD, 13, OTHER_NAME);
    assertThat(walks.end(THREAD)).containsExactlyInAnyOrder(REFUSED, FOUND, 12L);
    assertThat(walks.end(OTHER_THREAD)).isEmpty();
  }

  /** As for the path of a descriptor, which has no names to look up. */
  @Test
  void whatWasRefusedCountsIfNothingWasLookedUp() {
    walks.begin(THREAD, List.of(REFUSED));
    assertThat(walks.end(THREAD)).containsExactly(REFUSED);
  }

  @Test
  void whatWasRefusedCountsNoMoreIfItsNameLeadsElsewhere() {
    walks.begin(THREAD, List.of(REFUSED));
    walks.lookedUp(THREAD, FOUND, SAME_NAME);
    assertThat(walks.end(THREAD)).containsExactly(FOUND);
  }

  @Test
  void norIfItsNameIsGone() {
    walks.begin(THREAD, List.of(REFUSED));
    walks.lookedUp(THREAD, 0, SAME_NAME);
    assertThat(walks.end(THREAD)).isEmpty();
  }

  @Test
  void itCountsIfTheNameLeadsToItAgain() {
    walks.begin(THREAD, List.of(REFUSED));
    walks.lookedUp(THREAD, REFUSED, SAME_NAME);
    assertThat(walks.end(THREAD)).containsExactly(REFUSED);
  }

  /** The kernel looks up a name twice that it held. The name may exist again at the second time. */
  @Test
  void aNameThatIsFoundAfterItWasGoneCounts() {
    walks.begin(THREAD, List.of(REFUSED));
    walks.lookedUp(THREAD, 0, SAME_NAME);
    walks.lookedUp(THREAD, FOUND, SAME_NAME);
    assertThat(walks.end(THREAD)).containsExactly(FOUND);
  }

  @Test
  void itIsOverWithWhatTheThreadAsksForNext() {
    walks.begin(THREAD, List.of(REFUSED));
    walks.end(THREAD);
    walks.lookedUp(THREAD, FOUND, OTHER_NAME);
    assertThat(walks.end(THREAD)).isEmpty();
  }

  @Test
  void oneThatDidNotComeBackIsForgotten() {
    walks.begin(THREAD, List.of(REFUSED));
    clock.advance(RepeatedWalks.MAX_MS, TimeUnit.MILLISECONDS);
    walks.lookedUp(THREAD, FOUND, OTHER_NAME);
    clock.advance(RepeatedWalks.MAX_MS + 1, TimeUnit.MILLISECONDS);
    assertThat(walks.end(THREAD)).isEmpty();
  }

  @Test
  void threadsThatCannotBeToldApartAreNotRemembered() {
    walks.begin(0, List.of(REFUSED));
    assertThat(walks.end(0)).isEmpty();
  }

  @Test
  void theOldestOfTooManyIsForgotten() {
    for (int thread = 1; thread <= 1_025; thread++) {
      walks.begin(thread, List.of(REFUSED));
    }
    assertThat(walks.end(1)).isEmpty();
    assertThat(walks.end(2)).isNotEmpty();
  }
}
