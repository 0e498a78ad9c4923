package org.distrifs.fuse.driver.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests are numbers in a queue; 0 is the end. */
class ReceivingThreadsTest {
  private static final int THREADS = 8;
  private static final int MOST_WAITING = 2;
  private static final long WAIT_S = 20;

  private final ReceivingThreads receiving = new ReceivingThreads(MOST_WAITING);
  private final BlockingQueue<Integer> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> served = new LinkedBlockingQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger mostSeen = new AtomicInteger();
  private final CountDownLatch hold = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    hold.countDown();
    requests.add(0);
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(WAIT_S));
      assertThat(thread.isAlive()).isFalse();
    }
  }

  private void start(boolean holdsEach) {
    for (int i = 0; i < THREADS; i++) {
      Thread thread = new Thread(() -> serve(holdsEach));
      threads.add(thread);
      thread.start();
    }
  }

  private void serve(boolean holdsEach) {
    try {
      while (receiving.begin()) {
        mostSeen.accumulateAndGet(waiting.incrementAndGet(), Math::max);
        int request = requests.take();
        waiting.decrementAndGet();
        receiving.received();
        if (request == 0) {
          requests.add(0);
          break;
        }
        served.add(request);
        if (holdsEach) {
          hold.await();
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      receiving.end();
    }
  }

  @Test
  void fewWaitHoweverManyRequestsThereWere() throws InterruptedException {
    start(false);
    for (int i = 1; i <= 10_000; i++) {
      requests.add(i);
      assertThat(served.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo(i);
    }
    assertThat(mostSeen.get()).isLessThanOrEqualTo(MOST_WAITING);
  }

  @Test
  void asManyAreServedAtTheSameTimeAsThereAreThreads() throws InterruptedException {
    start(true);
    for (int i = 1; i <= THREADS; i++) {
      requests.add(i);
    }
    for (int i = 1; i <= THREADS; i++) {
      assertThat(served.poll(WAIT_S, TimeUnit.SECONDS))
          .as("request %d of %d", i, THREADS)
          .isNotNull();
    }
  }

  @Test
  void theEndReachesThoseThatRest() {
    start(false);
  }
}
