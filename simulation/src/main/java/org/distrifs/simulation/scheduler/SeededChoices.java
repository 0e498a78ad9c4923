package org.distrifs.simulation.scheduler;

import java.util.List;
import java.util.SplittableRandom;
import org.distrifs.runtime.clock.Entropy;

/** Random choices from a seed: the same seed gives the same choices in the same order. */
public final class SeededChoices implements Entropy {

  private final SplittableRandom random;

  public SeededChoices(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** A number from {@code low} to {@code high}, both included. */
  public int between(int low, int high) {
    return random.nextInt(low, high + 1);
  }

  /** A number from {@code low} to {@code high}, both included. */
  public long between(long low, long high) {
    return random.nextLong(low, high + 1);
  }

  /** True with a probability of {@code chance} in a thousand. */
  public boolean perMille(int chance) {
    return random.nextInt(1000) < chance;
  }

  public <T> T oneOf(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  @Override
  public void fill(byte[] target) {
    for (int i = 0; i < target.length; i++) {
      target[i] = (byte) random.nextInt();
    }
  }
}
