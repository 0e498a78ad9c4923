package org.distrifs.runtime.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class EventSumsTest {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  /** Negative, because a monotonic clock may begin anywhere. */
  private static final long START_NS = -40 * SECOND_NS;

  private final Logger logger = (Logger) LoggerFactory.getLogger("EventSumsTest");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final EventSums sums = new EventSums(logger);

  @BeforeEach
  void begin() {
    lines.start();
    logger.addAppender(lines);
    logger.setAdditive(false);
    sums.tick(START_NS);
  }

  @AfterEach
  void end() {
    logger.detachAppender(lines);
  }

  private void tickAfter(long seconds) {
    sums.tick(START_NS + seconds * SECOND_NS);
  }

  private List<String> told() {
    List<String> told = new ArrayList<>();
    lines.list.forEach(line -> told.add(line.getLevel() + " " + line.getFormattedMessage()));
    return told;
  }

  @Test
  void aMinuteOfEventsIsOneLine() {
    for (int i = 0; i < 100_000; i++) {
      sums.add("replicas copied", 1);
      sums.add("replicas deleted", 2);
      tickAfter(59);
    }
    assertThat(told()).isEmpty();
    tickAfter(60);
    assertThat(told())
        .containsExactly(
            Level.INFO + " In the last 60 s: 100000 replicas copied, 200000 replicas deleted");
  }

  @Test
  void theNextLineTellsOnlyWhatCameSince() {
    sums.add("replicas copied", 3);
    tickAfter(60);
    sums.add("replicas copied", 4);
    tickAfter(119);
    assertThat(told()).hasSize(1);
    tickAfter(125);
    assertThat(told()).hasSize(2).last().isEqualTo("INFO In the last 65 s: 4 replicas copied");
  }

  @Test
  void nothingIsSaidWhenNothingHappens() {
    sums.add("replicas copied", 0);
    tickAfter(60);
    tickAfter(600);
    assertThat(told()).isEmpty();
    sums.add("replicas copied", 1);
    tickAfter(660);
    assertThat(told()).containsExactly("INFO In the last 60 s: 1 replicas copied");
  }

  @Test
  void aCounterCountsByWhatItHasGrown() {
    sums.addGrowth("chain changes done", 5);
    sums.addGrowth("chain changes done", 7);
    tickAfter(60);
    sums.addGrowth("chain changes done", 7);
    tickAfter(120);
    sums.addGrowth("chain changes done", 8);
    tickAfter(180);
    assertThat(told())
        .containsExactly(
            "INFO In the last 60 s: 7 chain changes done",
            "INFO In the last 60 s: 1 chain changes done");
  }

  @Test
  void theRestIsToldAtTheEnd() {
    sums.add("replicas copied", 2);
    sums.tell(START_NS + 7 * SECOND_NS);
    sums.tell(START_NS + 8 * SECOND_NS);
    assertThat(told()).containsExactly("INFO In the last 7 s: 2 replicas copied");
  }
}
