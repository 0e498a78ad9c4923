package org.distrifs.runtime.clock;

import java.security.SecureRandom;

/** Unpredictable randomness of the operating system. Never blocks. */
public final class SystemEntropy implements Entropy {

  private final SecureRandom random = new SecureRandom();

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  @Override
  public void fill(byte[] target) {
    random.nextBytes(target);
  }
}
