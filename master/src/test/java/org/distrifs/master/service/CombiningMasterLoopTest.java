package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.distrifs.runtime.clock.ManualClock;
import org.distrifs.runtime.lifecycle.ProcessHalt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CombiningMasterLoopTest {

  private final ManualClock clock = new ManualClock(1_000_000_000L);
  private final AtomicInteger groups = new AtomicInteger();
  private final AtomicInteger ticks = new AtomicInteger();
  private final AtomicReference<Thread> ticker = new AtomicReference<>();
  private final CountDownLatch firstGroup = new CountDownLatch(1);

  private final MasterLoop loop =
      new CombiningMasterLoop(
          clock,
          new MasterLoop.Agent() {
            @Override
            public void afterGroup() {
              groups.incrementAndGet();
              firstGroup.countDown();
            }

            @Override
            public void tick(long nowNs) {
              ticker.set(Thread.currentThread());
              ticks.incrementAndGet();
            }
          });

  /** Starts it, and waits until its own thread has nothing to do. */
  @BeforeEach
  void start() throws InterruptedException {
    loop.start();
    firstGroup.await();
    AtomicReference<Thread> ran = new AtomicReference<>();
    while (ran.get() != Thread.currentThread()) {
      ran.set(null);
      loop.hand(() -> ran.set(Thread.currentThread()));
      Thread.onSpinWait();
    }
  }

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void aTaskOfAQuietLoopHasRunOnItsOwnThreadWhenOfferReturns() {
    List<Thread> ran = new ArrayList<>();
    int before = groups.get();

    assertThat(loop.offer(() -> ran.add(Thread.currentThread()))).isTrue();

    assertThat(ran).containsExactly(Thread.currentThread());
    assertThat(groups.get()).isEqualTo(before + 1);
  }

  @Test
  void aTaskThatATaskHandsOverRunsBehindIt() {
    List<String> ran = new ArrayList<>();

    loop.hand(
        () -> {
          loop.hand(() -> ran.add("inner"));
          assertThat(loop.offer(() -> ran.add("last"))).isTrue();
          ran.add("outer");
        });

    assertThat(ran).containsExactly("outer", "inner", "last");
  }

  @Test
  void theTaskOfAnotherThreadRunsOnTheThreadThatHasTheTurn() throws InterruptedException {
    List<Thread> ran = Collections.synchronizedList(new ArrayList<>());

    loop.hand(
        () -> {
          Thread other = new Thread(() -> loop.hand(() -> ran.add(Thread.currentThread())));
          other.start();
          join(other);
          assertThat(ran).isEmpty();
        });

    assertThat(ran).containsExactly(Thread.currentThread());
  }

  @Test
  void aTaskThatIsLeftRunsOnTheLoopsOwnThread() throws InterruptedException {
    AtomicReference<Thread> ran = new AtomicReference<>();
    CountDownLatch done = new CountDownLatch(1);

    loop.leave(
        () -> {
          ran.set(Thread.currentThread());
          done.countDown();
        });

    done.await();
    assertThat(ran.get()).isNotEqualTo(Thread.currentThread());
  }

  @Test
  void whoBorrowsTheTurnLeavesItToTheLoopsOwnThreadWhenTimeIsUp() throws InterruptedException {
    AtomicReference<Thread> ran = new AtomicReference<>();
    CountDownLatch done = new CountDownLatch(1);

    loop.hand(
        () -> {
          clock.advance(CombiningMasterLoop.MAX_BORROWED_NS, TimeUnit.NANOSECONDS);
          loop.hand(
              () -> {
                ran.set(Thread.currentThread());
                done.countDown();
              });
        });

    done.await();
    assertThat(ran.get()).isNotEqualTo(Thread.currentThread());
  }

  @Test
  void aTickThatIsDueComesBeforeTheNextTaskAndOnTheLoopsOwnThread() throws InterruptedException {
    int before = ticks.get();
    AtomicInteger seen = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(1);
    loop.hand(() -> clock.advance(CombiningMasterLoop.TICK_NS, TimeUnit.NANOSECONDS));

    loop.hand(
        () -> {
          seen.set(ticks.get());
          done.countDown();
        });

    done.await();
    assertThat(seen.get()).isEqualTo(before + 1);
    assertThat(ticker.get()).isNotEqualTo(Thread.currentThread());
  }

  @Test
  void tasksOfManyThreadsRunOneAtATimeEachThreadsInItsOrder() throws InterruptedException {
    int threads = 4;
    int tasks = 20_000;
    AtomicBoolean running = new AtomicBoolean();
    AtomicInteger overlaps = new AtomicInteger();
    // Plain fields: what one task wrote, the next one has to see.
    int[] last = new int[threads];
    int[] counts = new int[2];
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int me = i;
      Thread caller =
          new Thread(
              () -> {
                for (int n = 1; n <= tasks; n++) {
                  int number = n;
                  loop.hand(
                      () -> {
                        if (!running.compareAndSet(false, true)) {
                          overlaps.incrementAndGet();
                        }
                        if (number != last[me] + 1) {
                          counts[1]++;
                        }
                        last[me] = number;
                        counts[0]++;
                        running.set(false);
                      });
                  if (me == 0 && n % 100 == 0) {
                    // Lets turns end by time and ticks come in between.
                    clock.advance(10, TimeUnit.MILLISECONDS);
                  }
                }
              });
      callers.add(caller);
      caller.start();
    }
    for (Thread caller : callers) {
      caller.join();
    }
    CountDownLatch done = new CountDownLatch(1);
    loop.hand(done::countDown);
    done.await();

    assertThat(overlaps.get()).isZero();
    assertThat(counts).containsExactly(threads * tasks, 0);
  }

  @Test
  void aFullQueueRefusesOffersAndMakesOthersWait() throws InterruptedException {
    AtomicInteger ran = new AtomicInteger();
    List<Thread> waiting = new ArrayList<>();

    loop.hand(
        () -> {
          while (loop.queued() < CombiningMasterLoop.MAX_QUEUED) {
            assertThat(loop.offer(ran::incrementAndGet)).isTrue();
          }
          assertThat(loop.offer(ran::incrementAndGet)).isFalse();
          Thread other = new Thread(() -> loop.hand(ran::incrementAndGet));
          other.start();
          waiting.add(other);
          while (other.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
          }
          // Who has the turn would wait for itself.
          loop.hand(ran::incrementAndGet);
        });

    join(waiting.get(0));
    CountDownLatch done = new CountDownLatch(1);
    loop.hand(done::countDown);
    done.await();
    assertThat(ran.get()).isEqualTo(CombiningMasterLoop.MAX_QUEUED + 2);
  }

  @Test
  void closeWaitsForTheTaskThatRunsAndDropsWhatIsQueued() throws InterruptedException {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean finished = new AtomicBoolean();
    AtomicBoolean dropped = new AtomicBoolean(true);
    Thread borrower =
        new Thread(
            () ->
                loop.hand(
                    () -> {
                      entered.countDown();
                      awaitQuietly(go);
                      finished.set(true);
                    }));
    borrower.start();
    entered.await();
    loop.hand(() -> dropped.set(false));
    Thread closer = new Thread(loop::close);
    closer.start();
    while (loop.offer(() -> dropped.set(false))) {
      Thread.onSpinWait();
    }
    assertThat(finished).isFalse();

    go.countDown();
    join(closer);

    assertThat(finished).isTrue();
    assertThat(dropped).isTrue();
    assertThat(loop.offer(() -> dropped.set(false))).isFalse();
    join(borrower);
  }

  @Test
  void aTaskThatFailsHaltsTheProcessWhicheverThreadItRanOn() {
    AtomicReference<String> reason = new AtomicReference<>();
    try (ProcessHalt.Replacement replaced =
        ProcessHalt.replaceForTest((status, why) -> reason.set(why))) {
      assertThatThrownBy(
              () ->
                  loop.hand(
                      () -> {
                        throw new IllegalStateException("half done");
                      }))
          .hasMessage("half done");
      assertThat(reason.get()).contains("loop");
      assertTimeoutPreemptively(
          Duration.ofSeconds(5),
          () -> loop.hand(() -> reason.set("ran")),
          "no task runs after one that failed");
      assertThat(reason.get()).isNotEqualTo("ran");
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
