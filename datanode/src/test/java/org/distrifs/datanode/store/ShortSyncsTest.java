package org.distrifs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.datanode.store.StoreFixture.await;
import static org.distrifs.datanode.store.StoreFixture.buffer;
import static org.distrifs.datanode.store.StoreFixture.patterned;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.runtime.clock.ManualClock;
import org.distrifs.runtime.lifecycle.ProcessHalt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShortSyncsTest {
  private static final long CHUNK = 42;

  @TempDir Path folder;

  private final FaultyDisk disk = new FaultyDisk();
  private final ManualClock clock = new ManualClock();

  /** What this thread, which plays one that serves sockets, has stepped aside for. */
  private final ArrayDeque<Runnable> aside = new ArrayDeque<>();

  private boolean canStepAside = true;

  private boolean stepAside(Runnable work) {
    return canStepAside && aside.add(work);
  }

  private StoreFixture openStore() throws IOException {
    StoreFixture fixture = new StoreFixture(folder, disk, StoreFixture.SETTINGS, clock);
    fixture.store().syncOn(this::stepAside);
    fixture.put(CHUNK, 1, 0, patterned(4096, 1), 1);
    awaitTurn(fixture);
    disk.syncingThreads.clear();
    return fixture;
  }

  /** An operation is answered a moment before its disk thread turns from the replica. */
  private static void awaitTurn(StoreFixture fixture) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (fixture.store().waitingOperations() > 0) {
      assertThat(System.nanoTime()).isLessThan(deadlineNs);
      LockSupport.parkNanos(100_000);
    }
  }

  @Test
  void theThreadThatIsAskedSyncsAside() throws Exception {
    try (StoreFixture fixture = openStore()) {
      CompletableFuture<Void> synced = fixture.store().sync(CHUNK);
      assertThat(synced).isNotDone();
      assertThat(disk.syncingThreads).isEmpty();

      aside.remove().run();
      assertThat(synced).isCompleted();
      assertThat(disk.syncingThreads).containsExactly(Thread.currentThread());
    }
  }

  @Test
  void aWriteThatSyncsIsAppliedAndSyncedAside() throws Exception {
    try (StoreFixture fixture = openStore()) {
      byte[] bytes = patterned(4096, 2);
      DataRequest.Write write = StoreFixture.write(CHUNK, 1, 0, bytes, 2).withSync(true);
      CompletableFuture<Void> written = fixture.store().write(write, false, buffer(bytes));
      assertThat(written).isNotDone();

      aside.remove().run();
      assertThat(written).isCompleted();
      assertThat(disk.syncingThreads).containsExactly(Thread.currentThread());
      assertThat(fixture.contents(CHUNK)).isEqualTo(bytes);
    }
  }

  @Test
  void whatIsAskedMeanwhileFollowsTheSync() throws Exception {
    try (StoreFixture fixture = openStore()) {
      CompletableFuture<Void> synced = fixture.store().sync(CHUNK);
      byte[] bytes = patterned(4096, 2);
      CompletableFuture<Void> written =
          fixture.store().write(StoreFixture.write(CHUNK, 1, 0, bytes, 2), false, buffer(bytes));
      assertThat(written).isNotDone();

      aside.remove().run();
      assertThat(synced).isCompleted();
      await(written);
      assertThat(fixture.contents(CHUNK)).isEqualTo(bytes);
    }
  }

  @Test
  void aDiskThreadSyncsForAThreadThatCannotStepAside() throws Exception {
    try (StoreFixture fixture = openStore()) {
      canStepAside = false;
      await(fixture.store().sync(CHUNK));
      assertThat(disk.syncingThreads).isNotEmpty().doesNotContain(Thread.currentThread());
    }
  }

  @Test
  void aSyncThatFailsAsideIsToldAndHaltsTheProcess() throws Exception {
    List<String> halts = new ArrayList<>();
    try (ProcessHalt.Replacement halt =
            ProcessHalt.replaceForTest((exitCode, reason) -> halts.add(reason));
        StoreFixture fixture = openStore()) {
      assertThat(halt).isNotNull();
      CompletableFuture<Void> synced = fixture.store().sync(CHUNK);
      disk.syncFails = true;
      aside.remove().run();
      assertThat(synced).isCompletedExceptionally();
      assertThat(halts).singleElement().asString().contains("cannot sync");
      disk.syncFails = false;
    }
  }

  @Test
  void afterASlowOneDiskThreadsTakeThemForAWhile() {
    ShortSyncs syncs = new ShortSyncs(clock);
    syncs.runOn(this::stepAside);
    assertThat(syncs.tryAside(() -> clock.advance(10, TimeUnit.MILLISECONDS))).isTrue();
    aside.remove().run();
    clock.advance(199, TimeUnit.MILLISECONDS);
    assertThat(syncs.tryAside(() -> {})).isFalse();
    clock.advance(1, TimeUnit.MILLISECONDS);
    assertThat(syncs.tryAside(() -> {})).isTrue();
  }

  @Test
  void afterOneThatWaitedForAnotherDiskThreadsTakeThemForAWhile() {
    ShortSyncs syncs = new ShortSyncs(clock);
    syncs.runOn(this::stepAside);
    assertThat(syncs.tryAside(() -> clock.advance(1, TimeUnit.MILLISECONDS))).isTrue();
    aside.remove().run();
    clock.advance(ShortSyncs.WAITED_US, TimeUnit.MICROSECONDS);
    assertThat(syncs.tryAside(() -> clock.advance(1, TimeUnit.MILLISECONDS))).isTrue();
    aside.remove().run();

    assertThat(syncs.tryAside(() -> {})).as("it came at once").isFalse();
    clock.advance(ShortSyncs.PAUSE_MS - 1, TimeUnit.MILLISECONDS);
    assertThat(syncs.tryAside(() -> {})).isFalse();
    clock.advance(1, TimeUnit.MILLISECONDS);
    assertThat(syncs.tryAside(() -> {})).isTrue();
  }
}
