package org.distrifs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.datanode.store.StoreFixture.await;
import static org.distrifs.datanode.store.StoreFixture.failureOf;
import static org.distrifs.datanode.store.StoreFixture.patterned;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.disk.LocalDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrashTest {
  private static final long CHUNK = 42;

  @TempDir Path folder;

  private final FaultyDisk disk = new FaultyDisk();

  private List<Path> trash() throws IOException {
    Path trash = folder.resolve("trash");
    return Files.exists(trash) ? new LocalDisk().list(trash) : List.of();
  }

  @Test
  void aDeletedReplicaIsForgottenAndKeptAndItsChunkCanBeMadeAgain() throws Exception {
    byte[] bytes = patterned(10_000, 1);
    byte[] others = patterned(500, 2);
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, bytes, 1);
      assertThat(failureOf(fixture.store().discard(CHUNK, 2))).isEqualTo(Status.STALE_VERSION);
      await(fixture.store().discard(CHUNK, 1));
      assertThat(fixture.store().find(CHUNK)).isNull();
      assertThat(failureOf(fixture.store().drain(CHUNK))).isEqualTo(Status.NO_SUCH_CHUNK);
      assertThat(fixture.dataFile(CHUNK)).doesNotExist();
      assertThat(fixture.metaFile(CHUNK)).doesNotExist();
      assertThat(trash()).hasSize(2);
      assertThat(trash().get(0)).hasBinaryContent(bytes);
      fixture.put(CHUNK, 1, 0, others, 1);
      assertThat(fixture.contents(CHUNK)).isEqualTo(others);
      fixture.closeAndReopen();
      assertThat(fixture.contents(CHUNK)).isEqualTo(others);
      assertThat(fixture.store().replicasInTrash()).as("found again").isEqualTo(1);
    }
  }

  @Test
  void whatTransfersFromADeletedReplicaComesToItsEnd() throws Exception {
    byte[] bytes = patterned(4096, 1);
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, bytes, 1);
      FileBlocks blocks = await(fixture.store().locate(CHUNK, 0, 4096));
      await(fixture.store().discard(CHUNK, 1));
      java.nio.ByteBuffer read = java.nio.ByteBuffer.allocate(4096);
      assertThat(blocks.file().read(read, 0)).isEqualTo(4096);
      assertThat(read.array()).isEqualTo(bytes);
      blocks.release().run();
      assertThat(fixture.store().openReplicas()).isZero();
    }
  }

  @Test
  void aCrashBetweenTheTwoFilesLeavesNothingOfThemAmongTheReplicas() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      await(fixture.store().discard(CHUNK, 1));
      fixture.store().close();
      Path data = trash().get(0);
      Files.move(data, fixture.dataFile(CHUNK));
      fixture.open(StoreFixture.BOOT);
      assertThat(fixture.store().find(CHUNK)).isNull();
      assertThat(trash()).contains(data).hasSize(2);
      assertThat(folder.resolve("quarantine")).doesNotExist();
    }
  }

  @Test
  void theTrashIsPurgedInTimeAndEarlierWhenTheDiskIsNearlyFull() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder, disk)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      await(fixture.store().discard(CHUNK, 1));
    }
    StoreSettings nearlyFull = new StoreSettings(2, 4, Long.MAX_VALUE, 60_000, 0, 3_600_000);
    try (StoreFixture fixture = new StoreFixture(folder, disk, nearlyFull)) {
      awaitEmptyTrash(fixture);
    }
    assertThat(trash()).isEmpty();
    StoreSettings shortly = new StoreSettings(2, 4, 0, 60_000, 0, 1);
    try (StoreFixture fixture = new StoreFixture(folder, disk, shortly)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      await(fixture.store().discard(CHUNK, 1));
      awaitEmptyTrash(fixture);
    }
    assertThat(trash()).isEmpty();
  }

  @Test
  void whatIsInTheTrashCountsAsRoomAndIsPurgedOldestFirstOnlyAsFarAsAWriteNeedsIt()
      throws Exception {
    byte[] bytes = patterned(300_000, 1);
    Path oldest;
    disk.sizeLimit = 1_500_000;
    StoreSettings reserving = new StoreSettings(2, 4, 100_000, 60_000, 0, 3_600_000);
    try (StoreFixture fixture = new StoreFixture(folder, disk, reserving)) {
      fixture.put(CHUNK, 1, 0, bytes, 1);
      fixture.put(CHUNK + 1, 1, 0, bytes, 1);
      fixture.put(CHUNK + 2, 1, 0, bytes, 1);
      long before = fixture.store().roomBytes();
      await(fixture.store().discard(CHUNK, 1));
      oldest = trash().get(0);
      awaitNextMillisecond();
      await(fixture.store().discard(CHUNK + 1, 1));
      assertThat(fixture.store().roomBytes()).isBetween(before + 400_000, before + 600_000);
    }
    try (StoreFixture fixture = new StoreFixture(folder, disk, reserving)) {
      assertThat(fixture.store().roomBytes())
          .as("known again after a start")
          .isBetween(900_000L, 1_100_000L);
      fixture.put(CHUNK + 3, 1, 0, bytes, 1);
      assertThat(fixture.store().replicasInTrash()).as("nothing was needed yet").isEqualTo(2);
      fixture.put(CHUNK + 4, 1, 0, bytes, 1);
      assertThat(fixture.store().replicasInTrash()).isEqualTo(1);
      assertThat(oldest).doesNotExist();
      fixture.put(CHUNK + 5, 1, 0, bytes, 1);
      assertThat(fixture.store().replicasInTrash()).isZero();
      assertThat(fixture.store().hasRoomToCreate()).isTrue();
      fixture.put(CHUNK + 6, 1, 0, bytes, 1);
      assertThat(fixture.store().hasRoomToCreate()).as("nothing is left to purge").isFalse();
    }
  }

  /** Of two deletions in one millisecond nobody knows which was the first. */
  private static void awaitNextMillisecond() {
    long now = System.currentTimeMillis();
    while (System.currentTimeMillis() == now) {
      Thread.onSpinWait();
    }
  }

  private static void awaitEmptyTrash(StoreFixture fixture) {
    long deadlineNs = System.nanoTime() + 20_000_000_000L;
    while (fixture.store().replicasInTrash() > 0) {
      assertThat(System.nanoTime()).as("purged in time").isLessThan(deadlineNs);
      Thread.onSpinWait();
    }
  }

  @Test
  void aReplicaThatJoinsNoChainIsNeverCleanAndNeverTrusted() throws Exception {
    byte[] bytes = patterned(10_000, 1);
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 3, 0, bytes, 1);
      await(fixture.store().join(CHUNK + 1));
      fixture.closeAndReopen();
      assertThat(fixture.store().find(CHUNK + 1).version()).isZero();
      assertThat(fixture.store().find(CHUNK + 1).suspect()).isTrue();
      assertThat(fixture.store().find(CHUNK).dirty()).isFalse();
      await(fixture.store().join(CHUNK));
      fixture.crashAndReopen(StoreFixture.BOOT);
      assertThat(fixture.store().find(CHUNK).version()).as("lowered durably").isZero();
      assertThat(fixture.store().find(CHUNK).suspect()).isTrue();
      await(fixture.store().install(CHUNK, 5, List.of(1, 2), DataRequest.KEEP_LENGTH));
      fixture.crashAndReopen(StoreFixture.BOOT);
      assertThat(fixture.store().find(CHUNK).suspect()).isFalse();
      assertThat(fixture.contents(CHUNK)).isEqualTo(bytes);
    }
  }
}
