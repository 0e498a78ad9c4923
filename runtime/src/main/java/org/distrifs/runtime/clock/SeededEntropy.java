package org.distrifs.runtime.clock;

import java.util.Random;

/**
 * Yields the same sequence for the same seed. For tests and the simulation. The sequence can be
 * repeated only if one thread draws from it.
 */
public final class SeededEntropy implements Entropy {

  private final Random random;

  public SeededEntropy(long seed) {
    this.random = new Random(seed);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  @Override
  public void fill(byte[] target) {
    random.nextBytes(target);
  }
}
