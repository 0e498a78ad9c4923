package org.distrifs.fuse.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is taken for a killed process, and how long. */
class KilledProcessesTest {
  private final KilledProcesses killed = new KilledProcesses();

  @Test
  void theStateTheThreadsAndTheBeginningOfAProcessAreRead() {
    String numbers = "1 2 3 4 5 4194560 7 8 9 10 11 12 13 14 20 0";
    assertThat(ProcessStat.parse("17 (a) b (c) S " + numbers + " 3 0 88731 19 20\n"))
        .isEqualTo(new ProcessStat(false, 3, 88_731));
    assertThat(ProcessStat.parse("17 (x) Z " + numbers + " 1 0 88731 0 0\n").isZombie()).isTrue();
  }

  @Test
  void aProcessIsKnownUntilItHasEnded() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    try {
      killed.add(process.pid());
      killed.forgetEnded();
      assertThat(killed.contains(process.pid())).isTrue();
      assertThat(killed.contains(ProcessHandle.current().pid())).isFalse();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(killed.contains(process.pid())).isFalse();
    killed.forgetEnded();
    assertThat(killed.isEmpty()).isTrue();
  }

  @Test
  void whoIsGoneBeforeItIsLookedAtIsForgotten() {
    killed.add(0);
    assertThat(killed.isEmpty()).isTrue();
    killed.add(Integer.MAX_VALUE);
    killed.forgetEnded();
    assertThat(killed.isEmpty()).isTrue();
  }
}
