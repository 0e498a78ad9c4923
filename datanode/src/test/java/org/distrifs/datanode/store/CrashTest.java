package org.distrifs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.distrifs.datanode.store.StoreFixture.await;
import static org.distrifs.datanode.store.StoreFixture.failureOf;
import static org.distrifs.datanode.store.StoreFixture.patterned;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashTest {
  private static final long CHUNK = 42;
  private static final UUID NEXT_BOOT = new UUID(9, 9);

  @TempDir Path folder;

  @Test
  void aReplicaThatWasDirtyWhenTheProcessDiedIsSuspectUntilItIsInstalledAnew() throws Exception {
    byte[] bytes = patterned(10_000, 1);
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, bytes, 1);
      await(fixture.store().sync(CHUNK));
      fixture.crashAndReopen(StoreFixture.BOOT);
      assertThat(fixture.store().find(CHUNK).suspect()).isTrue();
      assertThat(fixture.store().find(CHUNK).sameBoot()).isTrue();
      assertThat(fixture.store().find(CHUNK).lengthBytes()).isEqualTo(10_000);
      await(fixture.store().install(CHUNK, 2, List.of(1, 2), DataRequest.KEEP_LENGTH));
      assertThat(fixture.store().find(CHUNK).suspect()).isFalse();
      fixture.crashAndReopen(StoreFixture.BOOT);
      assertThat(fixture.store().find(CHUNK).suspect()).as("clean since the install").isFalse();
      assertThat(fixture.contents(CHUNK)).isEqualTo(bytes);
    }
  }

  @Test
  void aRebootIsToldFromTheDeathOfTheProcess() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      fixture.crashAndReopen(NEXT_BOOT);
      assertThat(fixture.store().find(CHUNK).suspect()).isTrue();
      assertThat(fixture.store().find(CHUNK).sameBoot()).isFalse();
    }
  }

  @Test
  void theFirstWriteToACleanReplicaMakesItDirtyBeforeItIsAcknowledged() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, patterned(3 << 20, 1), 1);
      fixture.closeAndReopen();
      assertThat(fixture.store().find(CHUNK).dirty()).isFalse();
      fixture.put(CHUNK, 1, 1 << 20, patterned(10, 2), 2);
      fixture.crashAndReopen(StoreFixture.BOOT);
      assertThat(fixture.store().find(CHUNK).suspect()).isTrue();
      MetaHeader header = fixture.header(CHUNK);
      assertThat(header.dirty().get(0, 3).stream().boxed()).containsExactly(1);
    }
  }

  @Test
  void idsOfWritesOutliveTheProcessButAreNotTrustedAfterAReboot() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      fixture.put(CHUNK, 1, 0, patterned(100, 2), 2);
      fixture.crashAndReopen(StoreFixture.BOOT);
      assertThat(await(fixture.store().open(CHUNK)).recentWrites())
          .containsExactly(
              new WriteId(StoreFixture.SESSION, 1), new WriteId(StoreFixture.SESSION, 2));
      fixture.crashAndReopen(NEXT_BOOT);
      assertThat(await(fixture.store().open(CHUNK)).recentWrites()).isEmpty();
    }
  }

  @Test
  void idsStayInOrderAcrossManyDeathsOfTheProcess() throws Exception {
    RecentWrites model = new RecentWrites();
    try (StoreFixture fixture = new StoreFixture(folder)) {
      for (int version = 1; version <= 12; version++) {
        for (int order = 1; order <= 23; order++) {
          fixture.put(CHUNK, version, 0, patterned(100, order), order);
          model.add(new WriteId(StoreFixture.SESSION, order));
        }
        fixture.crashAndReopen(StoreFixture.BOOT);
        assertThat(await(fixture.store().open(CHUNK)).recentWrites())
            .isEqualTo(model.oldestFirst());
        await(fixture.store().install(CHUNK, version + 1, List.of(1), DataRequest.KEEP_LENGTH));
      }
    }
  }

  @Test
  void aWriteThatIsNotKnownOnAllMembersLeavesTheReplicaSuspectEvenAfterAnOrderlyStop()
      throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      fixture.store().setFullyAcknowledged(CHUNK, false);
      fixture.closeAndReopen();
      assertThat(fixture.store().find(CHUNK).suspect()).isTrue();
    }
  }

  @Test
  void bytesThatWereWrittenWithoutTheirChecksumsAreFoundAndRechecksummedOnlyWhereItWasDirty()
      throws Exception {
    byte[] bytes = patterned(3 << 20, 1);
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, bytes, 1);
      fixture.closeAndReopen();
      fixture.put(CHUNK, 1, (1 << 20) + 4096, patterned(4096, 2), 2);
      overwrite(fixture.dataFile(CHUNK), (1 << 20) + 8192, 100);
      overwrite(fixture.dataFile(CHUNK), 2 << 20, 100);
      fixture.crashAndReopen(StoreFixture.BOOT);
      assertThat(await(fixture.store().digest(CHUNK, 1 << 20)).mismatches().stream().boxed())
          .containsExactly(2);
      assertThat(await(fixture.store().rechecksum(CHUNK))).isEqualTo(1);
      assertThat(await(fixture.store().digest(CHUNK, 1 << 20)).mismatches().isEmpty()).isTrue();
      assertThat(await(fixture.store().digest(CHUNK, 2 << 20)).mismatches().stream().boxed())
          .as("rot where nothing was being written stays rot")
          .containsExactly(0);
    }
  }

  @Test
  void aTornHeaderSlotLeavesTheOneBefore() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      await(fixture.store().install(CHUNK, 2, List.of(1), DataRequest.KEEP_LENGTH));
      await(fixture.store().install(CHUNK, 3, List.of(1), DataRequest.KEEP_LENGTH));
      long newest = fixture.header(CHUNK).generation();
      overwriteMeta(fixture, MetaLayout.slotOffset(newest) + 40, 1);
      fixture.crashAndReopen(StoreFixture.BOOT);
      assertThat(fixture.store().find(CHUNK).version()).isEqualTo(2);
    }
  }

  @Test
  void aFlippedByteInTheChecksumTableMakesItsBlocksCorruptAndIsNotMerged() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      writeAndFlipAChecksum(fixture);
      assertThat(failureOf(fixture.store().locate(CHUNK, 0, 4096)))
          .isEqualTo(Status.CORRUPT_REPLICA);
      assertThat(failureOf(fixture.store().readVerified(CHUNK, 4096, 4096)))
          .isEqualTo(Status.CORRUPT_REPLICA);
      DataRequest.Write fragment = StoreFixture.write(CHUNK, 1, 10, patterned(10, 3), 2);
      assertThat(
              failureOf(
                  fixture.store().write(fragment, false, StoreFixture.buffer(patterned(10, 3)))))
          .isEqualTo(Status.CORRUPT_REPLICA);
      MemoryBlocks whole = await(fixture.store().readVerified(CHUNK, 130 * 4096, 4096));
      whole.bytes().release();
    }
  }

  @Test
  void checksumsThatAreUnknownAreKnownAgainBehindACut() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      writeAndFlipAChecksum(fixture);
      assertThat(failureOf(fixture.store().readVerified(CHUNK, 0, 4096)))
          .isEqualTo(Status.CORRUPT_REPLICA);
      await(fixture.store().resize(CHUNK, 0));
      fixture.put(CHUNK, 1, 0, patterned(5000, 2), 2);
      fixture.put(CHUNK, 1, 4500, patterned(5000, 3), 3);
      byte[] expected = Arrays.copyOf(patterned(5000, 2), 9500);
      System.arraycopy(patterned(5000, 3), 0, expected, 4500, 5000);
      assertThat(fixture.contents(CHUNK)).isEqualTo(expected);
      fixture.closeAndReopen();
      assertThat(fixture.contents(CHUNK)).as("read from the file").isEqualTo(expected);
    }
  }

  @Test
  void aFlippedByteOfDataIsFoundByAVerifyingReadAndStopsAMerge() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, patterned(10 * 4096, 1), 1);
      overwrite(fixture.dataFile(CHUNK), 5 * 4096 + 7, 1);
      DataRequest.Write fragment =
          StoreFixture.write(CHUNK, 1, 5 * 4096 + 100, patterned(10, 3), 2);
      assertThat(
              failureOf(
                  fixture.store().write(fragment, false, StoreFixture.buffer(patterned(10, 3)))))
          .isEqualTo(Status.CORRUPT_REPLICA);
      assertThat(failureOf(fixture.store().readVerified(CHUNK, 5 * 4096, 4096)))
          .isEqualTo(Status.CORRUPT_REPLICA);
      assertThat(fixture.store().corruptBlocks(10)).containsExactly(new CorruptBlock(CHUNK, 1, 5));
      fixture.put(CHUNK, 1, 5 * 4096, patterned(4096, 4), 2);
      assertThat(fixture.store().corruptBlocks(10)).as("wholly overwritten").isEmpty();
    }
  }

  @Test
  void aReplicaWithACorruptBlockCanBeExtended() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, patterned(10 * 4096, 1), 1);
      overwrite(fixture.dataFile(CHUNK), 2 * 4096, 1);
      assertThat(failureOf(fixture.store().readVerified(CHUNK, 2 * 4096, 4096)))
          .isEqualTo(Status.CORRUPT_REPLICA);
      await(fixture.store().resize(CHUNK, 100 * 4096));
      assertThat(fixture.store().corruptBlocks(10)).containsExactly(new CorruptBlock(CHUNK, 1, 2));
      await(fixture.store().resize(CHUNK, 2 * 4096));
      assertThat(fixture.store().corruptBlocks(10)).as("cut off").isEmpty();
    }
  }

  @Test
  void aDataFileOfTwoThatWasCutShortIsCorruptWhereItIsMissing() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, patterned(10 * 4096, 1), 1);
      fixture.store().close();
      fixture.splitFile(CHUNK);
      fixture.open(StoreFixture.BOOT);
      try (RandomAccessFile data = new RandomAccessFile(fixture.dataFile(CHUNK).toFile(), "rw")) {
        data.setLength(3 * 4096);
      }
      assertThat(failureOf(fixture.store().locate(CHUNK, 3 * 4096, 4096)))
          .isEqualTo(Status.CORRUPT_REPLICA);
      FileBlocks present = await(fixture.store().locate(CHUNK, 0, 3 * 4096));
      present.release().run();
    }
  }

  @Test
  void whatIsNoWholeReplicaIsMovedAwayAndNotLost() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      fixture.store().close();
      overwriteMeta(fixture, 0, 20);
      overwriteMeta(fixture, MetaLayout.SLOT_DISTANCE_BYTES, 20);
      fixture.open(StoreFixture.BOOT);
      assertThat(fixture.store().find(CHUNK)).isNull();
      try (var moved = Files.list(folder.resolve("quarantine"))) {
        assertThat(moved).hasSize(1);
      }
    }
  }

  @Test
  void aReplicaOfAnotherFormatStopsTheStart() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      fixture.store().close();
      Path path = fixture.dataFile(CHUNK);
      MetaHeader header = fixture.header(CHUNK);
      ByteBuffer slot = ByteBuffer.allocate(MetaLayout.SLOT_BYTES);
      header.encode(slot);
      slot.putShort(8, (short) 3);
      slot.putInt(508, Crc.of(slot, 0, 508));
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.seek(ReplicaForm.ONE_FILE.metaBase + MetaLayout.slotOffset(header.generation()));
        file.write(slot.array());
      }
      assertThatThrownBy(() -> fixture.open(StoreFixture.BOOT))
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining(path.toString())
          .hasMessageContaining("format 3")
          .hasMessageContaining("formats 1 and 2");
    }
  }

  /** 200 blocks, of which the checksums in the first sector of the table are unknown. */
  private static void writeAndFlipAChecksum(StoreFixture fixture) throws IOException {
    fixture.put(CHUNK, 1, 0, patterned(200 * 4096, 1), 1);
    fixture.closeAndReopen();
    overwriteMeta(fixture, MetaLayout.TABLE_OFFSET + 8, 1);
  }

  private static void overwriteMeta(StoreFixture fixture, long at, int count) throws IOException {
    overwrite(fixture.dataFile(CHUNK), ReplicaForm.ONE_FILE.metaBase + at, count);
  }

  private static void overwrite(Path file, long at, int count) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] old = new byte[count];
      bytes.seek(at);
      bytes.readFully(old);
      for (int i = 0; i < count; i++) {
        old[i] = (byte) ~old[i];
      }
      bytes.seek(at);
      bytes.write(old);
    }
  }
}
