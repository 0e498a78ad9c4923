package org.distrifs.master.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.SystemClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I/O threads write the journal, and its disk stands still. */
class StalledDiskTest {

  private static final long BOUND_S = 20;

  @TempDir Path folder;
  private final PowerLossDisk disk = new PowerLossDisk();
  private final RecordingListener seen = new RecordingListener();
  private final IoThreads io = IoThreads.startRelieved("relieved");
  private final Executor loop = io.group().next();
  private LocalLog log;
  private long proposed;

  @BeforeEach
  void start() throws IOException {
    LocalLog.format(disk, folder, TestEntries.format());
    log = LocalLog.open(disk, folder, new SystemClock(), TestEntries.CLUSTER_ID);
    log.writeOn(io::stepAside);
    log.start(seen);
  }

  @AfterEach
  void end() throws IOException {
    disk.goOn();
    io.close();
    log.close();
  }

  private void proposeOnTheLoop() throws Exception {
    JournalEntry entry = TestEntries.mutation(++proposed, 30);
    onTheLoop(() -> log.propose(List.of(TestEntries.proposal(entry))));
  }

  private Thread onTheLoop(Runnable task) throws Exception {
    return CompletableFuture.supplyAsync(
            () -> {
              task.run();
              return Thread.currentThread();
            },
            loop)
        .get(BOUND_S, TimeUnit.SECONDS);
  }

  private List<JournalEntry> applied() {
    return seen.applied().stream()
        .map(ReplicatedLog.Committed::entry)
        .filter(entry -> !entry.hasDurableMark())
        .toList();
  }

  private void awaitAllApplied() {
    seen.await(() -> applied().size() == proposed + 1, "all that was proposed");
  }

  /** An I/O thread; the log's own one syncs after a sync that was slow. */
  private Thread untilAnIoThreadIsStuck() throws Exception {
    while (true) {
      proposeOnTheLoop();
      awaitAllApplied();
      disk.stall();
      proposeOnTheLoop();
      Thread stuck = disk.awaitStuck();
      if (stuck.getName().startsWith("relieved-io")) {
        return stuck;
      }
      disk.goOn();
      awaitAllApplied();
    }
  }

  @Test
  void theEventLoopGoesOnWhileTheDiskStandsStill() throws Exception {
    Thread stuck = untilAnIoThreadIsStuck();
    assertThat(onTheLoop(() -> {})).isNotEqualTo(stuck);
    proposeOnTheLoop();
    assertThat(applied()).as("nothing is applied before it is durable").hasSize((int) proposed - 1);
    disk.goOn();
    awaitAllApplied();
    assertThat(applied().subList(1, applied().size()))
        .isEqualTo(
            LongStream.rangeClosed(1, proposed)
                .mapToObj(number -> TestEntries.mutation(number, 30))
                .toList());
  }
}
