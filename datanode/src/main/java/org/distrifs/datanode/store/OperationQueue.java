package org.distrifs.datanode.store;

import java.util.ArrayDeque;
import java.util.Queue;

/** The operations that wait for one replica; at most one of them runs at any time. */
final class OperationQueue {
  private Queue<Runnable> waiting;
  private boolean running;

  /** Adds an operation; true if the queue stood still, so that the caller must have it run. */
  synchronized boolean add(Runnable operation) {
    if (waiting == null) {
      // Most replicas are at rest: none of them keeps a queue.
      waiting = new ArrayDeque<>(4);
    }
    waiting.add(operation);
    boolean wasIdle = !running;
    running = true;
    return wasIdle;
  }

  /** Gives the caller a turn if the queue stands still; {@link #endTurn} is to follow. */
  synchronized boolean tryTurn() {
    boolean wasIdle = !running;
    running = true;
    return wasIdle;
  }

  /** Ends the caller's turn; true if operations came meanwhile, which the caller must have run. */
  synchronized boolean endTurn() {
    running = waiting != null;
    return running;
  }

  /** The next operation, or {@code null} when there is none and the queue stands still again. */
  synchronized Runnable next() {
    Runnable operation = waiting.poll();
    if (operation == null) {
      running = false;
      waiting = null;
    }
    return operation;
  }
}
