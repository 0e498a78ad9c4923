package org.distrifs.runtime.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.distrifs.runtime.ChildProcess;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LoggingTest {

  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

  private final Level before = Logging.root().getLevel();

  @AfterEach
  void restore() {
    Logging.root().setLevel(before);
  }

  /** A process that logs one line of each kind. */
  static final class Speaker {
    public static void main(String[] arguments) {
      Logging.start(Logging.Use.ROLE, Map.of());
      org.slf4j.Logger log = LoggerFactory.getLogger(Speaker.class);
      log.info("started with {} disks", 2);
      log.debug("not shown");
      log.warn("cannot join", new OperatorException("The port 1 is in use."));
      log.error("broken", new IllegalStateException("state lost"));
      java.util.logging.Logger.getLogger("some.Library").warning("from a library");
    }
  }

  @Test
  void aLineHasTimeLevelThreadShortLoggerAndMessage() throws IOException {
    List<String> lines = new ArrayList<>();
    try (ChildProcess speaker = ChildProcess.start(Speaker.class)) {
      for (String line = speaker.readLine(); line != null; line = speaker.readLine()) {
        lines.add(line);
      }
    }
    assertThat(lines.get(0))
        .matches(TIME + " INFO  \\[main\\] LoggingTest\\$Speaker - started with 2 disks");
    assertThat(lines.get(1)).matches(TIME + " WARN  \\[main\\] .* - cannot join");
    assertThat(lines.get(2)).isEqualTo("The port 1 is in use.");
    assertThat(lines.get(3)).matches(TIME + " ERROR \\[main\\] .* - broken");
    assertThat(lines.get(4)).isEqualTo("java.lang.IllegalStateException: state lost");
    assertThat(lines.get(5)).startsWith("\tat ");
    assertThat(lines.get(lines.size() - 1))
        .matches(TIME + " WARN  \\[main\\] Library - from a library");
  }

  @Test
  void aRoleTellsItsStoryAndACommandOnlyWhatIsWrong() {
    Logging.start(Logging.Use.ROLE, Map.of());
    assertThat(Logging.root().getLevel()).isEqualTo(Level.INFO);
    Logging.start(Logging.Use.COMMAND, Map.of("DISTRIFS_LOG_LEVEL", ""));
    assertThat(Logging.root().getLevel()).isEqualTo(Level.WARN);
  }

  @Test
  void theEnvironmentSetsTheLevel() {
    Logging.start(Logging.Use.COMMAND, Map.of("DISTRIFS_LOG_LEVEL", "debug"));
    assertThat(Logging.root().getLevel()).isEqualTo(Level.DEBUG);
  }

  @Test
  void aLevelThatDoesNotExistIsASentence() {
    assertThatThrownBy(() -> Logging.start(Logging.Use.ROLE, Map.of("DISTRIFS_LOG_LEVEL", "LOUD")))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("DISTRIFS_LOG_LEVEL is 'LOUD'");
  }
}
