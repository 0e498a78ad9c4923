package org.distrifs.systemtests.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The workers and readers. Each has a thread during a round. */
final class Workload {
  private static final int WORKERS = 4;
  private static final int READERS = 2;

  /** The longest time that a turn may take: it consists of a few calls, each with a bound. */
  private static final long REST_BOUND_NS = TimeUnit.SECONDS.toNanos(180);

  private final Findings findings;
  private final List<Worker> workers = new ArrayList<>();
  private final List<Reader> readers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean resting;

  Workload(List<Mount> mounts, Findings findings, long seed) {
    this.findings = findings;
    final Random seeds = new Random(seed);
    for (int i = 1; i <= WORKERS; i++) {
      workers.add(new Worker("w" + i, mounts, findings, seeds.nextLong()));
    }
    for (int i = 0; i < READERS; i++) {
      readers.add(new Reader(workers, mounts, findings, seeds.nextLong()));
    }
  }

  List<Worker> workers() {
    return workers;
  }

  /** Starts all of them. */
  void begin() {
    resting = false;
    for (final Worker worker : workers) {
      start(worker::work);
    }
    for (final Reader reader : readers) {
      start(reader::work);
    }
  }

  private void start(Consumer<BooleanSupplier> work) {
    final Thread thread =
        new Thread(
            () -> {
              try {
                work.accept(() -> resting || !findings.clean());
              } catch (RuntimeException | AssertionError e) {
                findings.violation("a worker ended: " + e);
                e.printStackTrace();
              }
            });
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }

  /** Waits until each has finished its turn. It is a violation if one does not. */
  void rest() throws InterruptedException {
    resting = true;
    final long deadlineNs = System.nanoTime() + REST_BOUND_NS;
    for (final Thread thread : threads) {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime())));
      if (thread.isAlive()) {
        final Exception where = new Exception("a call that does not return");
        where.setStackTrace(thread.getStackTrace());
        where.printStackTrace();
        findings.violation(
            "a caller hangs, %d s after everything was healed"
                .formatted(TimeUnit.NANOSECONDS.toSeconds(REST_BOUND_NS)));
      }
    }
    threads.clear();
  }
}
