package org.distrifs.master.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a damaged log is recognised as. The test writes the log itself, so that it knows where each
 * group ends: entries 1 to 9 are durable by the mark in entry 10; entries 10 to 12 are the last
 * group, which was not acknowledged.
 */
class LogDamageTest {

  private static final int LAST_DURABLE = 9;
  private static final int ENTRIES = 12;

  @TempDir Path folder;
  private final PowerLossDisk disk = new PowerLossDisk();
  private byte[] log;
  private final List<JournalEntry> entries = new ArrayList<>();

  /** Where each record begins; the last is the end of the log. */
  private final List<Integer> offsets = new ArrayList<>();

  @BeforeEach
  void writeLog() {
    ByteBuffer bytes = ByteBuffer.allocate(8192);
    new SegmentHeader(1, TestEntries.CLUSTER_ID, 1).encode(bytes);
    for (int txid = 1; txid <= ENTRIES; txid++) {
      JournalEntry entry =
          txid == 1 ? TestEntries.format() : TestEntries.mutation(txid, 10 + txid % 3);
      entries.add(entry);
      offsets.add(bytes.position());
      // Groups of three, each marked with the end of the group before.
      int mark = (txid - 1) / 3 * 3;
      JournalRecord.encode(bytes, entry.getKindCase().getNumber(), txid, mark, entry.toByteArray());
    }
    offsets.add(bytes.position());
    log = Arrays.copyOf(bytes.array(), bytes.position());
  }

  @Test
  void aLogCutAnywhereGivesTheWholeEntriesBeforeTheCut() throws IOException {
    for (int length = SegmentHeader.BYTES; length <= log.length; length++) {
      List<JournalEntry> replayed = recover(Arrays.copyOf(log, length));
      assertThat(replayed).as("cut at %d", length).isEqualTo(wholeBefore(length));
    }
  }

  @Test
  void aLogCutInItsHeaderIsRefused() throws IOException {
    for (int length = 0; length < SegmentHeader.BYTES; length++) {
      assertRefused(Arrays.copyOf(log, length), 0);
    }
  }

  @Test
  void aTailOfZerosOrRubbishIsCutOff() throws IOException {
    Random random = new Random(Seeds.fromPropertyOrFresh());
    byte[] rubbish = new byte[5000];
    random.nextBytes(rubbish);
    for (int entry = 0; entry <= ENTRIES; entry++) {
      int end = offsets.get(entry);
      byte[] zeros = Arrays.copyOf(Arrays.copyOf(log, end), end + 5000);
      assertThat(recover(zeros)).isEqualTo(entries.subList(0, entry));
      byte[] noise = zeros.clone();
      System.arraycopy(rubbish, 0, noise, end, rubbish.length);
      assertThat(recover(noise)).isEqualTo(entries.subList(0, entry));
    }
  }

  @Test
  void aFlippedBitIsRefusedBelowADurableMarkAndCutOffAboveIt() throws IOException {
    for (int at = 0; at < log.length; at++) {
      for (int bit : new int[] {0, 4, 7}) {
        byte[] damaged = log.clone();
        damaged[at] ^= (byte) (1 << bit);
        assertRefusedOrCut(damaged, at);
      }
    }
  }

  @Test
  void aDamagedLastGroupMayHoldWholeRecordsBehindTheDamage() throws IOException {
    // A disk may have written the later page of a group, but not the earlier one.
    byte[] damaged = log.clone();
    Arrays.fill(damaged, offsets.get(9), offsets.get(10), (byte) 0);
    assertThat(recover(damaged)).isEqualTo(entries.subList(0, 9));
  }

  @Test
  void zerosOverARecordBelowAMarkAreRefused() throws IOException {
    for (int entry = 0; entry < LAST_DURABLE; entry++) {
      byte[] damaged = log.clone();
      Arrays.fill(damaged, offsets.get(entry), offsets.get(entry + 1), (byte) 0);
      assertRefused(damaged, offsets.get(entry));
    }
  }

  @Test
  void aRecordThatVanishedWholeIsRefused() throws IOException {
    byte[] damaged = new byte[log.length - (offsets.get(4) - offsets.get(3))];
    System.arraycopy(log, 0, damaged, 0, offsets.get(3));
    System.arraycopy(log, offsets.get(4), damaged, offsets.get(3), damaged.length - offsets.get(3));
    assertRefused(damaged, offsets.get(3));
  }

  @Test
  void afterACutTheLogGoesOnAndStaysWhole() throws IOException {
    for (int entry : new int[] {1, 5, 9, 11}) {
      recover(Arrays.copyOf(log, offsets.get(entry) + 7));
      RecordingListener seen = new RecordingListener();
      JournalEntry added = TestEntries.mutation(99, 20);
      try (LocalLog again = open()) {
        again.start(seen);
        again.propose(List.of(TestEntries.proposal(added)));
        seen.awaitApplied(entry + 1);
      }
      List<JournalEntry> expected = new ArrayList<>(entries.subList(0, entry));
      expected.add(added);
      assertThat(replay()).isEqualTo(expected);
    }
  }

  private void assertRefusedOrCut(byte[] damaged, int at) throws IOException {
    int entry = entryAt(at);
    if (entry < LAST_DURABLE) {
      assertRefused(damaged, entry < 0 ? 0 : offsets.get(entry));
    } else {
      assertThat(recover(damaged)).as("flipped at %d", at).isEqualTo(entries.subList(0, entry));
    }
  }

  /** The index of the entry that has this byte, -1 for the header. */
  private int entryAt(int at) {
    int entry = -1;
    while (entry + 1 < ENTRIES && offsets.get(entry + 1) <= at) {
      entry++;
    }
    return entry;
  }

  private List<JournalEntry> wholeBefore(int length) {
    int count = 0;
    while (count < ENTRIES && offsets.get(count + 1) <= length) {
      count++;
    }
    return entries.subList(0, count);
  }

  private void assertRefused(byte[] damaged, int offset) throws IOException {
    Path segment = write(damaged);
    try {
      List<JournalEntry> replayed = replay();
      fail("A log damaged at " + offset + " was taken, with " + replayed.size() + " entries");
    } catch (OperatorException e) {
      assertThat(e).hasMessageContaining(segment.toString());
      assertThat(e).hasMessageContaining("offset " + offset);
    }
    assertThat(disk.content(segment)).as("left as it was").isEqualTo(damaged);
  }

  private List<JournalEntry> recover(byte[] content) throws IOException {
    write(content);
    List<JournalEntry> first = replay();
    assertThat(replay()).as("the same again").isEqualTo(first);
    return first;
  }

  private Path write(byte[] content) {
    Path segment = Segments.path(folder, 1);
    disk.setContent(segment, content);
    return segment;
  }

  private List<JournalEntry> replay() throws IOException {
    RecordingListener seen = new RecordingListener();
    new LogRecovery(disk, folder, 0, 1 << 20, seen).run().newest().close();
    return seen.applied().stream()
        .map(ReplicatedLog.Committed::entry)
        .filter(entry -> !entry.hasDurableMark())
        .toList();
  }

  private LocalLog open() {
    return LocalLog.open(disk, folder, new SystemClock(), 0);
  }
}
