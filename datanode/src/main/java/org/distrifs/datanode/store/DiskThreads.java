package org.distrifs.datanode.store;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.lifecycle.NamedThreads;

/** The threads that wait for the disk, shared by all replicas. */
final class DiskThreads implements AutoCloseable {

  /** Operations that wait or run at most; the server admits far fewer. */
  static final int MAX_OPERATIONS = 65_536;

  /** Operations of one replica in a row before another replica gets its turn. */
  private static final int MAX_TURN = 64;

  private static final int CLOSE_SECONDS = 30;

  private final ThreadPoolExecutor threads;
  private final AtomicInteger operations = new AtomicInteger();

  DiskThreads(int count) {
    threads =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_OPERATIONS),
            NamedThreads.daemon("datanode", "disk"),
            // While the store closes, whoever comes late does the work itself.
            (operation, pool) -> operation.run());
  }

  /** Runs an operation after those asked before for the same replica. */
  void execute(Replica replica, Runnable operation) throws StoreException {
    if (operations.incrementAndGet() > MAX_OPERATIONS) {
      operations.decrementAndGet();
      throw replica.failure(Status.OVERLOADED, MAX_OPERATIONS + " disk operations are waiting");
    }
    if (replica.operations.add(operation)) {
      threads.execute(() -> runTurn(replica));
    }
  }

  /**
   * Runs an operation on the calling thread, if nothing else is going on with the replica.
   *
   * @param operation says whether it could be done here; it has done nothing if not
   * @return whether it was done; else it is to be asked for with {@link #execute}
   */
  boolean tryHere(Replica replica, BooleanSupplier operation) {
    if (!replica.operations.tryTurn()) {
      return false;
    }
    operations.incrementAndGet();
    try {
      return operation.getAsBoolean();
    } finally {
      endTurn(replica);
    }
  }

  /**
   * Runs an operation soon on the calling thread, if nothing else is going on with the replica.
   *
   * @param taker who takes the operation, and runs it once, or refuses it
   * @return whether it was taken; else it is to be asked for with {@link #execute}
   */
  boolean tryAside(Replica replica, Predicate<Runnable> taker, Runnable operation) {
    if (!replica.operations.tryTurn()) {
      return false;
    }
    operations.incrementAndGet();
    boolean isTaken = false;
    try {
      isTaken = taker.test(() -> runAside(replica, operation));
    } finally {
      if (!isTaken) {
        endTurn(replica);
      }
    }
    return isTaken;
  }

  private void runAside(Replica replica, Runnable operation) {
    try {
      operation.run();
    } finally {
      endTurn(replica);
    }
  }

  private void endTurn(Replica replica) {
    operations.decrementAndGet();
    if (replica.operations.endTurn()) {
      threads.execute(() -> runTurn(replica));
    }
  }

  private void runTurn(Replica replica) {
    for (int i = 0; i < MAX_TURN; i++) {
      Runnable operation = replica.operations.next();
      if (operation == null) {
        return;
      }
      try {
        operation.run();
      } finally {
        operations.decrementAndGet();
      }
    }
    threads.execute(() -> runTurn(replica));
  }

  int waiting() {
    return operations.get();
  }

  /** Lets what was asked finish, within a bound. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
