package org.distrifs.master.liveness;

/**
 * What a datanode counts from zero in each of its processes and tells with each beat, added up
 * since this master first heard the node: what it had counted before, it told another master.
 */
final class TalliedCount {

  /** -1 before the first beat. */
  private long lastTold = -1;

  private long total;

  void told(long count) {
    boolean isFirst = lastTold < 0;
    boolean beganAnew = count < lastTold;
    total += isFirst ? 0 : beganAnew ? count : count - lastTold;
    lastTold = count;
  }

  long total() {
    return total;
  }
}
