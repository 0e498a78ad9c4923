package org.distrifs.datanode.server;

import org.distrifs.runtime.clock.Entropy;

/**
 * The present incarnation of this node: requests that name another one are refused. An incarnation
 * ends with the process, or when the node was without a lease for so long that chains may have
 * changed without it. Any thread.
 */
public final class Incarnation {
  private final Entropy entropy;
  private volatile long number;

  public Incarnation(Entropy entropy) {
    this.entropy = entropy;
    this.number = draw(0);
  }

  /** Never 0. */
  public long number() {
    return number;
  }

  /** Ends this incarnation: whatever was asked of it is answered with {@code WRONG_INCARNATION}. */
  public void renew() {
    number = draw(number);
  }

  private long draw(long former) {
    long drawn = entropy.nextLong();
    while (drawn == 0 || drawn == former) {
      drawn = entropy.nextLong();
    }
    return drawn;
  }
}
