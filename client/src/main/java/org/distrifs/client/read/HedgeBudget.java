package org.distrifs.client.read;

/**
 * How many reads may be asked for a second time: a tenth of all, with some saved up. When the whole
 * cluster is slow, every read looks slow, and a hedge for each would double the load. Thread-safe.
 */
final class HedgeBudget {
  /** Reads that pay for one hedge. */
  static final int READS_PER_HEDGE = 10;

  /** Hedges saved up at most: those of all threads of a mount that wait for one silent node. */
  static final int MAX_SAVED = 32;

  private static final int MAX_CREDIT = MAX_SAVED * READS_PER_HEDGE;

  private int credit = MAX_CREDIT;

  /** A read began. */
  synchronized void earn() {
    credit = Math.min(MAX_CREDIT, credit + 1);
  }

  /** Whether one more hedge may be sent; it is paid for then. */
  synchronized boolean spend() {
    if (credit < READS_PER_HEDGE) {
      return false;
    }
    credit -= READS_PER_HEDGE;
    return true;
  }
}
