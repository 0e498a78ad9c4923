package org.distrifs.master.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.lifecycle.ProcessHalt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * After a loss of power all entries are there that the listener was told of. A failing disk halts
 * the master.
 */
class PowerLossTest {

  private static final int RUNS = 80;
  private static final long SMALL_SEGMENT_BYTES = 3000;

  @TempDir Path folder;
  private final PowerLossDisk disk = new PowerLossDisk();
  private final Random random = new Random(Seeds.fromPropertyOrFresh());
  private final List<String> halts = new ArrayList<>();
  private long number;
  private final CountDownLatch halted = new CountDownLatch(1);

  @Test
  void everythingAppliedSurvivesEveryPowerLoss() throws Exception {
    LocalLog.format(disk, folder, TestEntries.format());
    List<JournalEntry> kept = List.of(TestEntries.format());
    for (int run = 0; run < RUNS; run++) {
      RecordingListener seen = new RecordingListener();
      try (ProcessHalt.Replacement undo = ProcessHalt.replaceForTest((code, why) -> note(why))) {
        assertThat(undo).isNotNull();
        try (LocalLog log = open()) {
          log.writeOn(this::stepAside);
          log.start(seen);
          assertThat(mutations(seen))
              .as("run %d", run)
              .startsWith(kept.toArray(JournalEntry[]::new));
          disk.powerOffAfter(random.nextInt(12));
          for (int group = random.nextInt(6); group >= 0; group--) {
            log.propose(randomProposals());
            if (random.nextBoolean()) {
              Thread.yield();
            }
          }
        }
      }
      kept = mutations(seen);
      disk.powerOn(random);
    }
    assertThat(kept).hasSizeGreaterThan(RUNS);
  }

  private List<ReplicatedLog.Proposal> randomProposals() {
    List<ReplicatedLog.Proposal> proposals = new ArrayList<>();
    for (int i = random.nextInt(8); i >= 0; i--) {
      proposals.add(TestEntries.proposal(TestEntries.mutation(++number, 1 + random.nextInt(150))));
    }
    return proposals;
  }

  /** Now on this thread's behalf, now not. */
  private boolean stepAside(Runnable work) {
    boolean willDo = random.nextBoolean();
    if (willDo) {
      new Thread(work).start();
    }
    return willDo;
  }

  @Test
  void aFailedSyncOfAThreadThatStepsAsideHaltsToo() throws Exception {
    LocalLog.format(disk, folder, TestEntries.format());
    RecordingListener seen = new RecordingListener();
    List<Runnable> aside = new ArrayList<>();
    try (ProcessHalt.Replacement undo = ProcessHalt.replaceForTest((code, why) -> note(why))) {
      LocalLog log = open();
      log.writeOn(aside::add);
      log.start(seen);
      int count = 0;
      while (aside.isEmpty()) {
        log.propose(List.of(TestEntries.proposal(TestEntries.mutation(++count, 10))));
        if (aside.isEmpty()) {
          int expected = count + 1;
          seen.await(() -> mutations(seen).size() == expected, "what the log writes itself");
        }
      }
      disk.failSyncs();
      aside.get(0).run();
      assertThat(undo).isNotNull();
      assertThat(halts).hasSize(1);
      assertThat(log.propose(List.of(TestEntries.proposal(TestEntries.mutation(99, 10)))))
          .isFalse();
      assertThat(mutations(seen)).hasSize(count);
      log.close();
    }
  }

  @Test
  void aFailedSyncHaltsAndNothingMoreIsTakenOrApplied() throws Exception {
    LocalLog.format(disk, folder, TestEntries.format());
    RecordingListener seen = new RecordingListener();
    try (ProcessHalt.Replacement undo = ProcessHalt.replaceForTest((code, why) -> note(why))) {
      LocalLog log = open();
      log.start(seen);
      disk.failSyncs();
      log.propose(List.of(TestEntries.proposal(TestEntries.mutation(1, 10))));
      assertThat(halted.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(undo).isNotNull();
      assertThat(halts).hasSize(1);
      assertThat(halts.get(0)).contains("Cannot write the journal").contains("master.log.1");
      assertThat(log.propose(List.of(TestEntries.proposal(TestEntries.mutation(2, 10))))).isFalse();
      assertThat(seen.applied()).hasSize(1);
      log.close();
    }
  }

  private synchronized void note(String why) {
    halts.add(why);
    halted.countDown();
  }

  private LocalLog open() throws IOException {
    return LocalLog.open(disk, folder, new SystemClock(), 0, SMALL_SEGMENT_BYTES);
  }

  private static List<JournalEntry> mutations(RecordingListener seen) {
    return seen.applied().stream()
        .map(ReplicatedLog.Committed::entry)
        .filter(entry -> !entry.hasDurableMark())
        .toList();
  }
}
