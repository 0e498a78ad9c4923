package org.distrifs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.datanode.store.StoreFixture.await;
import static org.distrifs.datanode.store.StoreFixture.buffer;
import static org.distrifs.datanode.store.StoreFixture.failureOf;
import static org.distrifs.datanode.store.StoreFixture.patterned;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.lifecycle.ProcessHalt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTroubleTest {
  private static final long CHUNK = 42;

  @TempDir Path folder;

  private final FaultyDisk disk = new FaultyDisk();

  @Test
  void aFullDiskRefusesAWriteAndLosesNothingThatWasAcknowledged() throws Exception {
    byte[] bytes = patterned(10_000, 1);
    byte[] more = patterned(100_000, 2);
    try (StoreFixture fixture = new StoreFixture(folder, disk)) {
      fixture.put(CHUNK, 1, 0, bytes, 1);
      disk.roomBytes = 20_000;
      assertThat(
              failureOf(
                  fixture
                      .store()
                      .write(StoreFixture.write(CHUNK, 1, 10_000, more, 2), false, buffer(more))))
          .isEqualTo(Status.NO_SPACE);
      assertThat(fixture.contents(CHUNK)).isEqualTo(bytes);
      fixture.assertBytesOnDisk(CHUNK, bytes, "what was written in part is gone");
      disk.roomBytes = Integer.MAX_VALUE;
      fixture.put(CHUNK, 1, 10_000, more, 2);
      assertThat(fixture.store().find(CHUNK).lengthBytes()).isEqualTo(110_000);
      assertThat(fixture.contents(CHUNK)).endsWith(more);
      assertThat(fixture.store().corruptBlocks(10)).isEmpty();
    }
  }

  @Test
  void aReplicaThatCannotBeMadeLeavesNoTrace() throws Exception {
    byte[] bytes = patterned(100, 1);
    try (StoreFixture fixture = new StoreFixture(folder, disk)) {
      disk.roomBytes = 10;
      assertThat(
              failureOf(
                  fixture
                      .store()
                      .write(StoreFixture.write(CHUNK, 1, 0, bytes, 1), false, buffer(bytes))))
          .isEqualTo(Status.NO_SPACE);
      assertThat(fixture.store().find(CHUNK)).isNull();
      assertThat(fixture.dataFile(CHUNK)).doesNotExist();
      disk.roomBytes = Integer.MAX_VALUE;
      fixture.put(CHUNK, 1, 0, bytes, 1);
      assertThat(fixture.contents(CHUNK)).isEqualTo(bytes);
    }
  }

  @Test
  void aCopyThatFindsTheDiskFullCanBeMadeOnLater() throws Exception {
    byte[] bytes = patterned(100_000, 1);
    int[] checksums = StoreFixture.expectedChecksums(bytes);
    try (StoreFixture fixture = new StoreFixture(folder, disk)) {
      disk.roomBytes = 10;
      assertThat(failureOf(fixture.store().join(CHUNK))).isEqualTo(Status.NO_SPACE);
      assertThat(fixture.store().find(CHUNK)).isNull();
      disk.roomBytes = 50_000;
      StoreFixture.await(fixture.store().join(CHUNK));
      StoreFixture.await(fixture.store().resize(CHUNK, bytes.length));
      assertThat(failureOf(fixture.store().replaceBlocks(CHUNK, 0, checksums, buffer(bytes))))
          .isEqualTo(Status.NO_SPACE);
      fixture.crashAndReopen(StoreFixture.BOOT);
      assertThat(fixture.store().find(CHUNK).version()).isZero();
      assertThat(fixture.store().find(CHUNK).suspect()).isTrue();
      disk.roomBytes = Integer.MAX_VALUE;
      StoreFixture.await(fixture.store().join(CHUNK));
      StoreFixture.await(fixture.store().replaceBlocks(CHUNK, 0, checksums, buffer(bytes)));
      assertThat(fixture.contents(CHUNK)).isEqualTo(bytes);
      assertThat(fixture.store().corruptBlocks(10)).isEmpty();
    }
  }

  @Test
  void aFailedSyncHaltsTheProcessAndIsNeverRetried() throws Exception {
    List<String> halts = new ArrayList<>();
    try (ProcessHalt.Replacement halt =
            ProcessHalt.replaceForTest((exitCode, reason) -> halts.add(reason));
        StoreFixture fixture = new StoreFixture(folder, disk)) {
      assertThat(halt).isNotNull();
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      disk.syncFails = true;
      assertThat(failureOf(fixture.store().sync(CHUNK))).isEqualTo(Status.IO_FAILURE);
      assertThat(halts).singleElement().asString().contains("cannot sync");
      disk.syncFails = false;
      assertThat(failureOf(fixture.store().sync(CHUNK))).isEqualTo(Status.IO_FAILURE);
      assertThat(failureOf(fixture.store().readVerified(CHUNK, 0, 4096)))
          .isEqualTo(Status.IO_FAILURE);
      fixture.closeAndReopen();
      assertThat(fixture.store().find(CHUNK).suspect()).isTrue();
    }
  }

  @Test
  void manyReplicasAtRestAreMadeDurableTogetherAndOneThatIsWrittenAgainIsDirtyDurably()
      throws Exception {
    int count = 100;
    StoreSettings soon = new StoreSettings(2, 4, 0, 50, 0, 3_600_000, 3_600_000);
    try (StoreFixture fixture = new StoreFixture(folder, disk, soon)) {
      for (int i = 0; i < count; i++) {
        fixture.put(CHUNK + i, 1, 0, patterned(100, i), 1);
      }
      int made = disk.singleSyncs.get();
      awaitClean(fixture, CHUNK, count);
      assertThat(disk.wholeSyncs.get()).isBetween(1, 5);
      assertThat(disk.singleSyncs.get() - made).as("single syncs").isLessThan(count / 2);

      int before = disk.singleSyncs.get();
      fixture.put(CHUNK, 1, 0, patterned(100, 7), 2);
      assertThat(disk.singleSyncs.get() - before)
          .as("the clean header, the dirty one")
          .isEqualTo(2);
      fixture.crashAndReopen(new UUID(8, 9));
      assertThat(fixture.store().find(CHUNK).suspect()).isTrue();
      assertThat(fixture.store().find(CHUNK + 1).suspect()).isFalse();
      assertThat(fixture.store().find(CHUNK + 1).lastOrder()).isEqualTo(1);
    }
  }

  @Test
  void aSyncAfterAnOverwriteIsOneSyncOfOneFile() throws Exception {
    try (StoreFixture fixture = new StoreFixture(folder, disk)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      int made = disk.singleSyncs.get();
      await(fixture.store().sync(CHUNK));
      assertThat(disk.singleSyncs.get() - made).as("the file, its folder").isEqualTo(2);
      fixture.put(CHUNK, 1, 50, patterned(100, 2), 2);
      await(fixture.store().sync(CHUNK));
      assertThat(disk.singleSyncs.get() - made).isEqualTo(3);
      fixture.crashAndReopen(StoreFixture.BOOT);
      assertThat(fixture.store().find(CHUNK).lengthBytes()).isEqualTo(150);
    }
  }

  @Test
  void aWriterAnywhereInACleanReplicaPaysForItsDirtyMarkTwiceAndOneAtItsEndOnce() throws Exception {
    int mib = MetaLayout.MIB;
    try (StoreFixture fixture = new StoreFixture(folder, disk)) {
      fixture.put(CHUNK, 1, 0, patterned(8 * mib, 1), 1);
      fixture.put(CHUNK + 1, 1, 0, patterned(100, 1), 1);
      await(fixture.store().install(CHUNK, 2, List.of(1), DataRequest.KEEP_LENGTH));
      await(fixture.store().install(CHUNK + 1, 2, List.of(1), DataRequest.KEEP_LENGTH));
      int before = disk.singleSyncs.get();
      for (int order = 1; order <= 8; order++) {
        fixture.put(CHUNK, 2, (order * 3 % 8) * mib, patterned(100, order), order);
      }
      assertThat(disk.singleSyncs.get() - before).isEqualTo(2);
      for (int order = 1; order <= 8; order++) {
        fixture.put(CHUNK + 1, 2, order * mib, patterned(100, order), order);
      }
      assertThat(disk.singleSyncs.get() - before).isEqualTo(3);
    }
  }

  @Test
  void theDiskIsOutWhenItsFileSystemCannotBeSynced() throws Exception {
    StoreSettings soon = new StoreSettings(2, 4, 0, 50, 0, 3_600_000, 3_600_000);
    BlockingQueue<String> halts = new LinkedBlockingQueue<>();
    try (ProcessHalt.Replacement halt =
            ProcessHalt.replaceForTest((exitCode, reason) -> halts.add(reason));
        StoreFixture fixture = new StoreFixture(folder, disk, soon)) {
      assertThat(halt).isNotNull();
      for (int i = 0; i < 20; i++) {
        fixture.put(CHUNK + i, 1, 0, patterned(100, i), 1);
      }
      disk.syncFails = true;
      assertThat(halts.poll(20, TimeUnit.SECONDS)).contains("cannot sync the file system");
      assertThat(failureOf(fixture.store().readVerified(CHUNK, 0, 100)))
          .isEqualTo(Status.IO_FAILURE);
      disk.syncFails = false;
    }
  }

  private static void awaitClean(StoreFixture fixture, long first, int count) throws Exception {
    long deadlineNs = System.nanoTime() + 20_000_000_000L;
    for (long chunk = first; chunk < first + count; chunk++) {
      while (fixture.store().find(chunk).dirty()) {
        assertThat(System.nanoTime()).as("marked clean in time").isLessThan(deadlineNs);
        await(fixture.store().drain(chunk));
      }
    }
  }

  @Test
  void aReplicaAtRestIsMadeDurableAndMarkedClean() throws Exception {
    StoreSettings soon = new StoreSettings(2, 4, 0, 50, 0, 3_600_000, 3_600_000);
    try (StoreFixture fixture = new StoreFixture(folder, disk, soon)) {
      fixture.put(CHUNK, 1, 0, patterned(100, 1), 1);
      fixture.put(CHUNK + 1, 1, 0, patterned(100, 1), 1);
      fixture.store().setFullyAcknowledged(CHUNK + 1, false);
      awaitClean(fixture, CHUNK, 1);
      assertThat(fixture.store().find(CHUNK + 1).dirty())
          .as("a write of it is not known to be on all members")
          .isTrue();
      fixture.crashAndReopen(StoreFixture.BOOT);
      assertThat(fixture.store().find(CHUNK).suspect()).isFalse();
      assertThat(fixture.store().find(CHUNK).lastOrder()).isEqualTo(1);
      assertThat(fixture.store().find(CHUNK + 1).suspect()).isTrue();
    }
  }
}
