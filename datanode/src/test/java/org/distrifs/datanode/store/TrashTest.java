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
import org.distrifs.proto.id.ChunkName;
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
      assertThat(failureOf(fixture.store().discard(CHUNK, 2, Removal.TO_TRASH)))
          .isEqualTo(Status.STALE_VERSION);
      await(fixture.store().discard(CHUNK, 1, Removal.TO_TRASH));
      assertThat(fixture.store().find(CHUNK)).isNull();
      assertThat(failureOf(fixture.store().drain(CHUNK))).isEqualTo(Status.NO_SUCH_CHUNK);
      assertThat(fixture.dataFile(CHUNK)).doesNotExist();
      assertThat(trash()).hasSize(1);
      fixture.put(CHUNK, 1, 0, others, 1);
      assertThat(fixture.contents(CHUNK)).isEqualTo(others);
      fixture.closeAndReopen();
      assertThat(fixture.contents(CHUNK)).isEqualTo(others);
      assertThat(fixture.store().replicasInTrash()).as("found again").isEqualTo(1);
    }
  }

  @Test
  void deletionsInOneFolderShareItsSync() throws Exception {
    int count = 50;
    try (StoreFixture fixture = new StoreFixture(folder, disk)) {
      for (int i = 0; i < count; i++) {
        fixture.put(CHUNK + i, 1, 0, patterned(100, i), 1);
      }
      int before = disk.singleSyncs.get();
      for (int i = 0; i < count; i++) {
        await(fixture.store().discard(CHUNK + i, 1, Removal.TO_TRASH));
      }
      fixture.closeAndReopen();
      assertThat(fixture.store().replicasInTrash()).isEqualTo(count);
      assertThat(disk.singleSyncs.get() - before).as("two folders a batch").isBetween(2, count / 2);
    }
  }

  @Test
  void whatTransfersFromADeletedReplicaComesToItsEnd() throws Exception {
    byte[] bytes = patterned(4096, 1);
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, bytes, 1);
      FileBlocks blocks = await(fixture.store().locate(CHUNK, 0, 4096));
      await(fixture.store().discard(CHUNK, 1, Removal.TO_TRASH));
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
      fixture.store().close();
      fixture.splitFile(CHUNK);
      fixture.open(StoreFixture.BOOT);
      await(fixture.store().discard(CHUNK, 1, Removal.TO_TRASH));
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
      await(fixture.store().discard(CHUNK, 1, Removal.TO_TRASH));
    }
    StoreSettings nearlyFull =
        new StoreSettings(2, 4, Long.MAX_VALUE, 60_000, 0, 3_600_000, 3_600_000);
    try (StoreFixture fixture = new StoreFixture(folder, disk, nearlyFull)) {
      awaitEmptyTrash(fixture);
    }
    assertThat(trash()).isEmpty();
    StoreSettings shortly = new StoreSettings(2, 4, 0, 60_000, 0, 1, 3_600_000);
    try (StoreFixture fixture = new StoreFixture(folder, disk, shortly)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      await(fixture.store().discard(CHUNK, 1, Removal.TO_TRASH));
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
    StoreSettings reserving = new StoreSettings(2, 4, 100_000, 60_000, 0, 3_600_000, 3_600_000);
    try (StoreFixture fixture = new StoreFixture(folder, disk, reserving)) {
      fixture.put(CHUNK, 1, 0, bytes, 1);
      fixture.put(CHUNK + 1, 1, 0, bytes, 1);
      fixture.put(CHUNK + 2, 1, 0, bytes, 1);
      long before = fixture.store().roomBytes();
      await(fixture.store().discard(CHUNK, 1, Removal.TO_TRASH));
      oldest = trash().get(0);
      awaitNextMillisecond();
      await(fixture.store().discard(CHUNK + 1, 1, Removal.TO_TRASH));
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

  @Test
  void aFullDiskGivesUpTheTrashBeforeTheQuarantineWhichGoesOldestFirstAndOnlyWhenReplicasGrow()
      throws Exception {
    int mb = 1_000_000;
    disk.sizeLimit = 6L * mb;
    StoreSettings reserving = new StoreSettings(2, 4, mb, 60_000, 0, 3_600_000, 3_600_000);
    try (StoreFixture fixture = new StoreFixture(folder, disk, reserving)) {
      LocalChunkStore store = fixture.store();
      for (int chunk = 0; chunk < 4; chunk++) {
        fixture.put(CHUNK + chunk, 1, 0, new byte[mb], 1);
      }
      long before = store.roomBytes();
      await(store.discard(CHUNK, 1, Removal.TO_QUARANTINE));
      awaitNextMillisecond();
      await(store.discard(CHUNK + 1, 1, Removal.TO_QUARANTINE));
      assertThat(store.roomBytes()).as("the quarantine is no room").isLessThanOrEqualTo(before);
      awaitNextMillisecond();
      await(store.discard(CHUNK + 2, 1, Removal.TO_TRASH));
      assertThat(store.roomBytes()).as("the trash is").isGreaterThan(before + mb / 2);

      fixture.put(CHUNK + 3, 1, mb, new byte[mb], 2);
      assertThat(store.replicasInTrash()).as("the newest, and it went first").isZero();
      fixture.put(CHUNK + 3, 1, 2 * mb, new byte[300_000], 3);
      assertThat(store.quarantinedReplicas()).isEqualTo(2);

      fixture.put(CHUNK + 3, 1, 2_300_000, new byte[mb], 4);
      assertThat(store.hasRoomToCreate()).as("no new replica costs the quarantine").isFalse();
      assertThat(store.quarantinedReplicas()).isEqualTo(2);
      assertThat(store.hasRoomToGrow()).as("but what is there may grow").isTrue();
      fixture.put(CHUNK + 3, 1, 3_300_000, new byte[500_000], 5);
      assertThat(RemovedReplicas.inQuarantine(folder).list())
          .extracting(each -> ChunkName.chunkId(each.chunk()))
          .as("the oldest is gone, and no more than was needed")
          .containsExactly(CHUNK + 1);
    }
  }

  @Test
  void aDiskThatRefusesBytesTakesTheTrashFirstThenTheQuarantineAndThenTheWriteFails()
      throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder, disk)) {
      LocalChunkStore store = fixture.store();
      for (int chunk = 0; chunk < 3; chunk++) {
        fixture.put(CHUNK + chunk, 1, 0, patterned(5000, chunk), 1);
      }
      await(store.discard(CHUNK, 1, Removal.TO_QUARANTINE));
      awaitNextMillisecond();
      await(store.discard(CHUNK + 1, 1, Removal.TO_TRASH));
      disk.deleted.clear();
      disk.roomBytes = 4096;
      DataRequest.Write write = StoreFixture.write(CHUNK + 3, 1, 0, patterned(5000, 9), 1);
      assertThat(failureOf(store.write(write, false, StoreFixture.buffer(patterned(5000, 9)))))
          .isEqualTo(Status.NO_SPACE);
      assertThat(disk.deleted)
          .extracting(file -> file.getParent().getFileName().toString())
          .containsExactly("trash", "trash", "quarantine", "quarantine");
    }
  }

  /** Waits, because the order of two deletions in one millisecond is not known. */
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
  void whatARollbackLostIsSetAsideAndCanBeListedAndBroughtBackOrRemoved() throws Exception {
    byte[] bytes = patterned(10_000, 1);
    RemovedReplicas quarantine = RemovedReplicas.inQuarantine(folder);
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(CHUNK, 1, 0, bytes, 1);
      fixture.put(CHUNK + 1, 1, 0, patterned(100, 2), 1);
      await(fixture.store().discard(CHUNK, 1, Removal.TO_QUARANTINE));
      await(fixture.store().discard(CHUNK + 1, 1, Removal.TO_QUARANTINE));
      assertThat(fixture.store().find(CHUNK)).isNull();
      assertThat(trash()).isEmpty();
      fixture.closeAndReopen();
      assertThat(fixture.store().quarantinedReplicas()).as("found again").isEqualTo(2);
    }
    assertThat(quarantine.list())
        .extracting(each -> ChunkName.chunkId(each.chunk()))
        .containsExactlyInAnyOrder(CHUNK, CHUNK + 1);
    for (RemovedReplicas.Removed each : quarantine.list()) {
      if (ChunkName.chunkId(each.chunk()) == CHUNK) {
        assertThat(each.bytes()).isEqualTo(bytes.length);
        assertThat(quarantine.restore(List.of(each))).isEqualTo(1);
      } else {
        quarantine.remove(List.of(each));
      }
    }
    try (StoreFixture fixture = new StoreFixture(folder)) {
      assertThat(fixture.contents(CHUNK)).isEqualTo(bytes);
      assertThat(fixture.store().find(CHUNK + 1)).isNull();
      assertThat(fixture.store().quarantinedReplicas()).isZero();
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
