package org.distrifs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.datanode.store.StoreFixture.BOOT;
import static org.distrifs.datanode.store.StoreFixture.CLUSTER;
import static org.distrifs.datanode.store.StoreFixture.await;
import static org.distrifs.datanode.store.StoreFixture.buffer;
import static org.distrifs.datanode.store.StoreFixture.patterned;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.id.ChunkName;
import org.distrifs.runtime.clock.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShortWritesTest {
  private static final long CHUNK = 42;

  @TempDir Path folder;

  private final FaultyDisk disk = new FaultyDisk();

  /** It stands still, so that no write counts as slow on a busy machine. */
  private final ManualClock clock = new ManualClock();

  private StoreFixture openStore() throws IOException {
    return new StoreFixture(folder, disk, StoreFixture.SETTINGS, clock);
  }

  private static CompletableFuture<Void> write(StoreFixture fixture, int length, long order) {
    awaitIdleDiskThreads();
    byte[] bytes = patterned(length, (int) order);
    return fixture
        .store()
        .write(StoreFixture.write(CHUNK, 1, 0, bytes, order), false, buffer(bytes));
  }

  /**
   * An operation is answered a moment before its disk thread turns from the replica: what comes
   * until then waits behind it.
   */
  private static void awaitIdleDiskThreads() {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(
            thread ->
                thread.getName().startsWith("datanode-disk-")
                    && thread.getState() != Thread.State.WAITING)) {
      assertThat(System.nanoTime()).isLessThan(deadlineNs);
      LockSupport.parkNanos(100_000);
    }
  }

  @Test
  void aShortWriteIsAppliedWhenTheCallReturns() throws Exception {
    try (StoreFixture fixture = openStore()) {
      fixture.put(CHUNK, 1, 0, patterned(4096, 1), 1);
      assertThat(write(fixture, 4096, 2)).isCompleted();
      assertThat(write(fixture, 100, 3)).isCompleted();
      byte[] expected = patterned(4096, 2);
      System.arraycopy(patterned(100, 3), 0, expected, 0, 100);
      assertThat(fixture.contents(CHUNK)).isEqualTo(expected);
    }
  }

  @Test
  void aWriteThatAsksForASyncIsSyncedOnAnotherThread() throws Exception {
    try (StoreFixture fixture = openStore()) {
      fixture.put(CHUNK, 1, 0, patterned(4096, 1), 1);
      awaitIdleDiskThreads();
      disk.syncingThreads.clear();
      byte[] bytes = patterned(4096, 2);
      DataRequest.Write write = StoreFixture.write(CHUNK, 1, 0, bytes, 2).withSync(true);
      await(fixture.store().write(write, false, buffer(bytes)));
      assertThat(disk.syncingThreads).isNotEmpty().doesNotContain(Thread.currentThread());
    }
  }

  @Test
  void anotherReplicaInAFolderThatIsThereIsMadeWhenTheCallReturns() throws Exception {
    try (StoreFixture fixture = openStore()) {
      fixture.put(CHUNK + 1, 1, 0, patterned(10, 1), 1);
      assertThat(write(fixture, 4096, 1)).isCompleted();
      assertThat(fixture.contents(CHUNK)).isEqualTo(patterned(4096, 1));
    }
  }

  @Test
  void theFirstWriteToACleanMibIsSyncedOnAnotherThread() throws Exception {
    try (StoreFixture fixture = openStore()) {
      fixture.put(CHUNK, 1, 0, patterned(4096, 1), 1);
      fixture.closeAndReopen();
      fixture.contents(CHUNK);
      disk.syncingThreads.clear();
      await(write(fixture, 4096, 2));
      assertThat(disk.syncingThreads).isNotEmpty().doesNotContain(Thread.currentThread());
      assertThat(write(fixture, 4096, 3)).isCompleted();
    }
  }

  @Test
  void aShortWriteDoesNotOvertakeWhatWasAskedBefore() throws Exception {
    Replica replica = Replica.born(ChunkName.of(CLUSTER, CHUNK), 1, List.of(1), BOOT);
    List<String> ran = new CopyOnWriteArrayList<>();
    CyclicBarrier both = new CyclicBarrier(2);
    try (DiskThreads threads = new DiskThreads(1)) {
      threads.execute(
          replica,
          () -> {
            meet(both);
            meet(both);
            ran.add("long");
          });
      meet(both);
      assertThat(threads.tryHere(replica, () -> ran.add("overtaking"))).isFalse();
      meet(both);
    }
    assertThat(ran).containsExactly("long");
  }

  @Test
  void whatIsAskedDuringAShortWriteFollowsIt() throws Exception {
    Replica replica = Replica.born(ChunkName.of(CLUSTER, CHUNK), 1, List.of(1), BOOT);
    List<String> ran = new CopyOnWriteArrayList<>();
    try (DiskThreads threads = new DiskThreads(1)) {
      boolean wasHere =
          threads.tryHere(
              replica,
              () -> {
                ask(threads, replica, () -> ran.add("next"));
                return ran.add("here");
              });
      assertThat(wasHere).isTrue();
    }
    assertThat(ran).containsExactly("here", "next");
  }

  @Test
  void afterASlowOneDiskThreadsTakeThemForAWhile() throws Exception {
    ShortWrites writes =
        new ShortWrites(
            new ReplicaPaths(disk, folder), new SpaceGauge(disk, folder, clock, 0), clock);
    Replica replica = Replica.born(ChunkName.of(CLUSTER, CHUNK), 1, List.of(1), BOOT);
    var write = StoreFixture.write(CHUNK, 1, 0, patterned(100, 1), 1);
    assertThat(writes.include(replica, false, write)).as("its folder must be synced").isFalse();
    assertThat(writes.include(replica, true, write)).isTrue();

    long startNs = clock.monotonicNs();
    clock.advance(ShortWrites.SLOW_MS + 1, TimeUnit.MILLISECONDS);
    writes.ended(startNs);
    assertThat(writes.include(replica, true, write)).isFalse();
    clock.advance(ShortWrites.PAUSE_MS, TimeUnit.MILLISECONDS);
    assertThat(writes.include(replica, true, write)).isTrue();
  }

  private static void ask(DiskThreads threads, Replica replica, Runnable operation) {
    try {
      threads.execute(replica, operation);
    } catch (StoreException e) {
      throw new AssertionError(e);
    }
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
