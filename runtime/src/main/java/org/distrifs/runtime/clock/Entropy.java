package org.distrifs.runtime.clock;

/** A source of randomness. Any thread. */
public interface Entropy {

  /** 64 random bits. */
  long nextLong();

  /** Fills all of {@code target} with random bytes. */
  void fill(byte[] target);
}
