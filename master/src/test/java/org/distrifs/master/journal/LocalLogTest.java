package org.distrifs.master.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.RollbackAccepted;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.LocalDisk;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.lifecycle.SteppingAside;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalLogTest {

  private static final long SMALL_SEGMENT_BYTES = 1000;

  @TempDir Path folder;
  private final Disk disk = new LocalDisk();

  @BeforeEach
  void format() throws IOException {
    LocalLog.format(disk, folder, TestEntries.format());
  }

  @Test
  void aNewLogBeginsWithItsFormatEntry() throws IOException {
    assertThat(LocalLog.exists(disk, folder)).isTrue();
    RecordingListener seen = replay();
    assertThat(entries(seen)).containsExactly(TestEntries.format());
    assertThat(seen.term()).isPositive();
    assertThat(seen.durable()).isEqualTo(1);
  }

  @Test
  void whatWasAppliedIsThereAfterARestartInItsOrder() throws IOException {
    List<JournalEntry> written = LongStream.range(0, 500).mapToObj(this::mutation).toList();
    RecordingListener seen = new RecordingListener();
    try (LocalLog log = start(seen, LocalLog.DEFAULT_MAX_SEGMENT_BYTES)) {
      assertThat(log.propose(written.stream().map(TestEntries::proposal).toList())).isTrue();
      seen.awaitApplied(501);
    }

    List<JournalEntry> expected = new ArrayList<>(List.of(TestEntries.format()));
    expected.addAll(written);
    assertThat(entries(replay())).isEqualTo(expected);
  }

  @Test
  void entriesAreNumberedWithoutGapsAndBringTheirProposals() throws IOException {
    RecordingListener seen = new RecordingListener();
    ReplicatedLog.Proposal proposal = TestEntries.proposal(mutation(1));
    try (LocalLog log = start(seen, LocalLog.DEFAULT_MAX_SEGMENT_BYTES)) {
      log.propose(List.of(proposal));
      seen.awaitApplied(2);
    }
    assertThat(seen.applied().get(1).proposal()).isSameAs(proposal);
    assertThat(seen.applied())
        .extracting(ReplicatedLog.Committed::txid)
        .containsExactly(1L, 2L, 3L);
    assertThat(seen.applied().get(2).entry().hasDurableMark()).isTrue();
  }

  @Test
  void afterARollbackWasAcceptedTheJournalGoesOnWithTheTxidThatItNames() throws IOException {
    RecordingListener seen = new RecordingListener();
    JournalEntry rollback =
        JournalEntry.newBuilder()
            .setRollbackAccepted(RollbackAccepted.newBuilder().setNextTxid(5000))
            .build();
    try (LocalLog log = start(seen, LocalLog.DEFAULT_MAX_SEGMENT_BYTES)) {
      log.propose(List.of(TestEntries.proposal(rollback), TestEntries.proposal(mutation(1))));
      seen.awaitApplied(3);
    }
    assertThat(replay().applied())
        .extracting(ReplicatedLog.Committed::txid)
        .containsExactly(1L, 2L, 5000L, 5001L);
    assertThat(replay().durable()).isEqualTo(5001);
  }

  @Test
  void theTermIsAboveTheHighestThatWasStarted() throws IOException {
    RecordingListener seen = new RecordingListener();
    try (LocalLog log = start(seen, LocalLog.DEFAULT_MAX_SEGMENT_BYTES)) {
      log.propose(List.of(TestEntries.proposal(TestEntries.startTerm(1L << 40))));
    }
    assertThat(replay().term()).isEqualTo((1L << 40) + 1);
  }

  @Test
  void aMarkFollowsWhenNothingElseDoes() throws IOException {
    RecordingListener seen = new RecordingListener();
    try (LocalLog log = start(seen, LocalLog.DEFAULT_MAX_SEGMENT_BYTES)) {
      log.propose(List.of(TestEntries.proposal(mutation(1))));
      seen.awaitApplied(3);
      assertThat(seen.applied().get(2).entry().hasDurableMark()).isTrue();
    }
    assertThat(entries(replay())).as("closing adds no second mark").hasSize(2);
  }

  @Test
  void whileTheDiskIsFastWhoProposesWritesItself() throws Exception {
    List<JournalEntry> written = LongStream.range(0, 50).mapToObj(this::mutation).toList();
    List<Runnable> aside = new ArrayList<>();
    RecordingListener seen = new RecordingListener();
    try (LocalLog log = steppingAside(aside::add)) {
      log.start(seen);
      for (JournalEntry entry : written) {
        log.propose(List.of(TestEntries.proposal(entry)));
        List<Runnable> now = List.copyOf(aside);
        aside.clear();
        now.forEach(Runnable::run);
      }
      seen.awaitApplied(written.size() + 1);
      assertThat(seen.appliers()).contains(Thread.currentThread());
    }
    List<JournalEntry> expected = new ArrayList<>(List.of(TestEntries.format()));
    expected.addAll(written);
    assertThat(entries(replay())).isEqualTo(expected);
  }

  @Test
  void whatIsProposedWhileAThreadStepsAsideIsWrittenByTheLog() throws Exception {
    AtomicReference<Runnable> aside = new AtomicReference<>();
    RecordingListener seen = new RecordingListener();
    try (LocalLog log = steppingAside(work -> aside.compareAndSet(null, work))) {
      log.start(seen);
      int count = proposeUntilAThreadStepsAside(log, seen, aside);
      log.propose(List.of(TestEntries.proposal(mutation(count + 1))));
      assertThat(entries(seen)).as("nobody else writes meanwhile").hasSize(count);
      seen.onApply(() -> log.propose(List.of(TestEntries.proposal(mutation(1000)))));
      aside.get().run();
      awaitEntries(seen, count + 3);
      assertThat(entries(seen).get(count + 2)).isEqualTo(mutation(1000));
    }
  }

  @Test
  void aLogThatIsClosedWaitsForTheThreadThatWrites() throws Exception {
    AtomicReference<Runnable> aside = new AtomicReference<>();
    RecordingListener seen = new RecordingListener();
    LocalLog log = steppingAside(work -> aside.compareAndSet(null, work));
    log.start(seen);
    int count = proposeUntilAThreadStepsAside(log, seen, aside);
    Thread closer =
        new Thread(
            () -> {
              try {
                log.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    closer.start();
    while (log.propose(List.of())) {
      Thread.onSpinWait();
    }
    assertThat(closer.isAlive()).isTrue();
    aside.get().run();
    closer.join(10_000);
    assertThat(closer.isAlive()).isFalse();
    assertThat(entries(replay())).hasSize(count + 1);
  }

  @Test
  void aMarkFollowsWhatAThreadThatStepsAsideWroteHoweverLongItTook() throws Exception {
    AtomicReference<Runnable> aside = new AtomicReference<>();
    RecordingListener seen = new RecordingListener();
    CountingClock clock = new CountingClock();
    try (LocalLog log = LocalLog.open(disk, folder, clock, TestEntries.CLUSTER_ID)) {
      log.writeOn(work -> aside.compareAndSet(null, work));
      log.start(seen);
      int count = proposeUntilAThreadStepsAside(log, seen, aside);
      clock.awaitLooksOfTheLog(2);
      aside.get().run();
      awaitEntries(seen, count + 1);
      seen.await(() -> lastOf(seen).hasDurableMark(), "a mark");
    }
  }

  /** Counts how often the log's own thread asks it. */
  private static final class CountingClock implements ClockSource {
    private final ClockSource clock = new SystemClock();
    private int looks;

    @Override
    public synchronized long monotonicNs() {
      if (Thread.currentThread().getName().startsWith("master-journal")) {
        looks++;
        notifyAll();
      }
      return clock.monotonicNs();
    }

    @Override
    public long wallTimeNs() {
      return clock.wallTimeNs();
    }

    synchronized void awaitLooksOfTheLog(int more) throws InterruptedException {
      int wanted = looks + more;
      long deadlineNs = clock.monotonicNs() + TimeUnit.SECONDS.toNanos(10);
      while (looks < wanted) {
        assertThat(clock.monotonicNs()).as("the log's thread looks").isLessThan(deadlineNs);
        wait(100);
      }
    }
  }

  private static JournalEntry lastOf(RecordingListener seen) {
    return seen.applied().get(seen.applied().size() - 1).entry();
  }

  /**
   * A slow sync leaves the next one to the log, so it may take some.
   *
   * @return how many were proposed, the last of which waits for {@code aside} to be run
   */
  private int proposeUntilAThreadStepsAside(
      LocalLog log, RecordingListener seen, AtomicReference<Runnable> aside) {
    int count = 0;
    while (aside.get() == null) {
      log.propose(List.of(TestEntries.proposal(mutation(++count))));
      if (aside.get() == null) {
        awaitEntries(seen, count + 1);
      }
    }
    return count;
  }

  private static void awaitEntries(RecordingListener seen, int count) {
    seen.await(() -> entries(seen).size() >= count, count + " entries besides marks");
  }

  private LocalLog steppingAside(SteppingAside threads) {
    LocalLog log = LocalLog.open(disk, folder, new SystemClock(), TestEntries.CLUSTER_ID);
    log.writeOn(threads);
    return log;
  }

  @Test
  void aFullSegmentIsFollowedByAnother() throws IOException {
    writeSegments();
    assertThat(Segments.list(disk, folder)).hasSizeGreaterThan(3);
    RecordingListener seen = replay();
    assertThat(entries(seen)).hasSize(41);
    assertThat(seen.applied())
        .extracting(ReplicatedLog.Committed::txid)
        .isEqualTo(LongStream.rangeClosed(1, seen.applied().size()).boxed().toList());
  }

  @Test
  void aMissingSegmentIsNamed() throws IOException {
    writeSegments();
    Path second = Segments.list(disk, folder).get(1).path();
    Files.delete(second);
    assertThatThrownBy(this::replay)
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining(second.toString())
        .hasMessageContaining("missing");
  }

  @Test
  void aSegmentThatWasNeverFinishedIsRemoved() throws IOException {
    writeSegments();
    RecordingListener before = replay();
    long nextTxid = before.applied().size() + 1L;
    Path unfinished = Segments.path(folder, nextTxid);
    for (int length : new int[] {0, 1, 31}) {
      Files.write(unfinished, new byte[length]);
      assertThat(entries(replay())).isEqualTo(entries(before));
      assertThat(unfinished).doesNotExist();
    }
  }

  @Test
  void theEndOfASegmentThatHasASuccessorIsNoTornTail() throws IOException {
    writeSegments();
    Path first = Segments.list(disk, folder).get(0).path();
    byte[] bytes = Files.readAllBytes(first);
    bytes[bytes.length - 1] ^= 1;
    Files.write(first, bytes);
    assertThatThrownBy(this::replay)
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining(first.toString())
        .hasMessageContaining("is damaged at offset");
  }

  @Test
  void aLogOfAnotherClusterIsRefused() {
    assertThatThrownBy(
            () -> {
              try (LocalLog log = LocalLog.open(disk, folder, new SystemClock(), 99)) {
                log.start(new RecordingListener());
              }
            })
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("1122334455667788")
        .hasMessageContaining("63");
  }

  @Test
  void aNewerFormatNamesBothVersions() throws IOException {
    Path segment = Segments.path(folder, 1);
    byte[] bytes = Files.readAllBytes(segment);
    ByteBuffer header = ByteBuffer.wrap(bytes);
    new SegmentHeader(2, TestEntries.CLUSTER_ID, 1).encode(header);
    Files.write(segment, bytes);
    assertThatThrownBy(this::replay)
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("format version 2")
        .hasMessageContaining("reads version 1");
  }

  @Test
  void aFolderWithALogIsNotFormattedAgain() {
    assertThatThrownBy(() -> LocalLog.format(disk, folder, TestEntries.format()))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("holds a journal already");
  }

  @Test
  void aSecondMasterIsKeptOutOfTheFolder() throws IOException {
    try (LocalLog log = LocalLog.open(disk, folder, new SystemClock(), 0)) {
      log.start(new RecordingListener());
      assertThatThrownBy(() -> LocalLog.open(disk, folder, new SystemClock(), 0))
          .isInstanceOf(OperatorException.class);
    }
  }

  @Test
  void aClosedLogTakesNothing() throws IOException {
    LocalLog log = start(new RecordingListener(), LocalLog.DEFAULT_MAX_SEGMENT_BYTES);
    log.close();
    assertThat(log.propose(List.of(TestEntries.proposal(mutation(1))))).isFalse();
    log.close();
  }

  @Test
  void entriesLargerThanTheWriteBufferAreKeptToo() throws IOException {
    JournalEntry large = TestEntries.mutation(1, 3 << 20);
    RecordingListener seen = new RecordingListener();
    try (LocalLog log = start(seen, LocalLog.DEFAULT_MAX_SEGMENT_BYTES)) {
      log.propose(
          List.of(
              TestEntries.proposal(mutation(1)),
              TestEntries.proposal(large),
              TestEntries.proposal(mutation(2)),
              TestEntries.proposal(large)));
      seen.awaitApplied(5);
    }
    assertThat(entries(replay()))
        .containsExactly(TestEntries.format(), mutation(1), large, mutation(2), large);
  }

  private void writeSegments() throws IOException {
    RecordingListener seen = new RecordingListener();
    try (LocalLog log = start(seen, SMALL_SEGMENT_BYTES)) {
      for (int i = 1; i <= 40; i++) {
        log.propose(List.of(TestEntries.proposal(mutation(i))));
        seen.awaitApplied(i + 1);
      }
    }
  }

  private LocalLog start(RecordingListener listener, long maxSegmentBytes) throws IOException {
    LocalLog log =
        LocalLog.open(disk, folder, new SystemClock(), TestEntries.CLUSTER_ID, maxSegmentBytes);
    log.start(listener);
    return log;
  }

  private RecordingListener replay() throws IOException {
    RecordingListener seen = new RecordingListener();
    try (LocalLog log = LocalLog.open(disk, folder, new SystemClock(), 0)) {
      log.start(seen);
    }
    return seen;
  }

  /** The entries without durable marks, whose number depends on timing. */
  private static List<JournalEntry> entries(RecordingListener seen) {
    return seen.applied().stream()
        .map(ReplicatedLog.Committed::entry)
        .filter(entry -> !entry.hasDurableMark())
        .toList();
  }

  private JournalEntry mutation(long number) {
    return TestEntries.mutation(number, 30);
  }
}
