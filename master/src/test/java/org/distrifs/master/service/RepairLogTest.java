package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.distrifs.runtime.log.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** At INFO the master logs how many chunks were repaired, and no single one. */
class RepairLogTest extends ClusterSteps {
  private static final int CHUNKS = 20;

  private final CapturedLog log = CapturedLog.of("org.distrifs.master");

  @AfterEach
  void endCapture() {
    log.close();
  }

  /** The messages at INFO and above that contain a text. */
  private List<String> told(String text) {
    return log.messages().stream().filter(message -> message.contains(text)).toList();
  }

  private void lossOfANodeIsMadeUpFor() {
    master.nodesJoin(3);
    for (int i = 0; i < CHUNKS; i++) {
      writtenFile();
    }
    master.register(master.registration(4));
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS, 1, 2, 3, 4);
    passWithBeats(35_000, 1, 3, 4);
    passUntilRepaired();
  }

  private void passUntilRepaired() {
    for (int second = 0; second < 120 && changes() < CHUNKS; second++) {
      passWithBeats(1000, 1, 3, 4);
    }
    assertThat(master.status().getRepair().getCopiesDone()).isEqualTo(CHUNKS);
    assertThat(changes()).isEqualTo(CHUNKS);
  }

  private long changes() {
    return master.status().getRepair().getChainsCommitted();
  }

  @Test
  void repairedChunksAreToldAsASumOnceAMinute() {
    lossOfANodeIsMadeUpFor();
    passWithBeats(60_000, 1, 3, 4);
    assertThat(told("Chunk ")).isEmpty();
    assertThat(sum("replicas copied")).isEqualTo(CHUNKS);
    assertThat(sum("changes of chains committed")).isEqualTo(CHUNKS);
    int before = told("replicas copied").size();
    passWithBeats(120_000, 1, 3, 4);
    assertThat(told("replicas copied")).as("nothing is told of nothing").hasSize(before);
  }

  @Test
  void whatWasNotToldYetIsToldAtTheEnd() throws Exception {
    lossOfANodeIsMadeUpFor();
    master.restart();
    assertThat(sum("replicas copied")).isEqualTo(CHUNKS);
  }

  private long sum(String what) {
    return told(what).stream()
        .mapToLong(
            message -> Long.parseLong(message.replaceFirst(".*?(\\d+) " + what + ".*", "$1")))
        .sum();
  }
}
