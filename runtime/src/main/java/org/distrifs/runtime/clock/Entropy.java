package org.distrifs.runtime.clock;

/** Where a part takes randomness from. May be called on any thread. */
public interface Entropy {

  /** 64 random bits. */
  long nextLong();

  /** Fills all of {@code target} with random bytes. */
  void fill(byte[] target);
}
