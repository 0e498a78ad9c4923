package org.distrifs.fuse.driver.kernel;

/**
 * Lets few of the threads that serve wait for the kernel at the same time, and the others rest: the
 * kernel wakes who has waited longest, so that with all of them there each request would find a
 * thread, and often a core, that remembers nothing of the last one. Whoever receives a request
 * wakes a resting thread only if nobody is left that waits. Thread-safe; one short lock for each
 * request, beside three system calls.
 */
final class ReceivingThreads {
  private final int mostWaiting;

  // Guarded by this.
  private int waiting;
  private boolean ended;

  /**
   * @param mostWaiting threads that wait for the kernel at most, from 1 on
   */
  ReceivingThreads(int mostWaiting) {
    this.mostWaiting = mostWaiting;
  }

  /**
   * The calling thread wants to wait for a request, and does not return before it is to.
   *
   * @return false if there will be no more requests
   */
  synchronized boolean begin() {
    boolean interrupted = false;
    while (waiting >= mostWaiting && !ended) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    waiting++;
    return !ended;
  }

  /** The calling thread has received a request. */
  synchronized void received() {
    waiting--;
    if (waiting == 0) {
      notify();
    }
  }

  /** There will be no more requests. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }
}
