package org.distrifs.master.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.disk.LocalDisk;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures group commit: entries a second, by the number in flight. */
@Tag("full")
class JournalThroughputTest {

  private static final Logger LOG = LoggerFactory.getLogger(JournalThroughputTest.class);
  private static final long WARM_UP_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long MEASURED_NS = TimeUnit.SECONDS.toNanos(3);
  private static final String FOLDER_PROPERTY = "distrifs.journal.folder";

  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 128, 1024})
  void entriesASecond(int inFlight) throws Exception {
    Path folder = Path.of(System.getProperty(FOLDER_PROPERTY, temporary.toString()));
    Path own = Files.createTempDirectory(folder, "journal");
    LocalDisk disk = new LocalDisk();
    LocalLog.format(disk, own, TestEntries.format());
    Permits permits = new Permits(inFlight);
    try (LocalLog log = LocalLog.open(disk, own, new SystemClock(), 0)) {
      log.start(permits);
      propose(log, permits, WARM_UP_NS);
      long startNs = System.nanoTime();
      long count = propose(log, permits, MEASURED_NS);
      double seconds = (System.nanoTime() - startNs) / 1e9;
      LOG.info(
          String.format(
              Locale.ROOT,
              "%4d in flight: %.0f entries/s, %.0f µs from propose to apply",
              inFlight,
              count / seconds,
              inFlight * seconds * 1e6 / count));
      assertThat(count).isPositive();
    }
  }

  private static long propose(LocalLog log, Permits permits, long durationNs)
      throws InterruptedException, IOException {
    JournalEntry entry = TestEntries.mutation(1, 20);
    ReplicatedLog.Proposal proposal = TestEntries.proposal(entry);
    long count = 0;
    long endNs = System.nanoTime() + durationNs;
    while (System.nanoTime() < endNs) {
      assertThat(permits.free.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
      assertThat(log.propose(List.of(proposal))).isTrue();
      count++;
    }
    return count;
  }

  /** Releases a permit for each entry that this test has proposed. */
  private static final class Permits implements ReplicatedLog.Listener {
    private final Semaphore free;

    Permits(int count) {
      free = new Semaphore(count);
    }

    @Override
    public void apply(List<ReplicatedLog.Committed> entries) {
      free.release((int) entries.stream().filter(entry -> entry.proposal() != null).count());
    }

    @Override
    public void durable(long upToTxid) {}

    @Override
    public void leader(long term) {}

    @Override
    public void follower() {}
  }
}
