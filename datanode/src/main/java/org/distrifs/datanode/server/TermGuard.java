package org.distrifs.datanode.server;

import java.util.concurrent.atomic.AtomicLong;

/** The highest term of a master that this node has seen; what carries a lower one is refused. */
public final class TermGuard {
  private final AtomicLong highest = new AtomicLong();

  /** Notes a term; false if it is below one seen before. */
  public boolean admit(long term) {
    return highest.accumulateAndGet(term, Math::max) == term;
  }

  public long highest() {
    return highest.get();
  }
}
