package org.distrifs.master.chain;

/**
 * The bounds of changes. Times in milliseconds.
 *
 * @param maxUnderWay changes at once; the others wait
 * @param commandTimeoutMs of a fence or an install: a drained queue and a sync
 * @param reconcileTimeoutMs of a reconciliation: at worst the copy of a whole chunk
 * @param changeTimeoutMs of a whole change
 * @param firstRetryMs pause before a failed change is begun again; doubled with each failure
 * @param maxRetryMs longest pause
 */
public record ChangeBounds(
    int maxUnderWay,
    int commandTimeoutMs,
    int reconcileTimeoutMs,
    int changeTimeoutMs,
    int firstRetryMs,
    int maxRetryMs) {

  /** What a master uses unless told otherwise. */
  public static ChangeBounds standard(int maxUnderWay) {
    return new ChangeBounds(maxUnderWay, 10_000, 60_000, 90_000, 100, 10_000);
  }
}
