package org.distrifs.runtime.clock;

import java.security.SecureRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Seeds of randomized tests: drawn at random, or given to repeat a failure. */
public final class Seeds {

  /** The system property that carries a seed into every randomized test: {@value}. */
  public static final String PROPERTY = "distrifs.seed";

  private static final Logger LOG = LoggerFactory.getLogger(Seeds.class);

  private Seeds() {}

  /**
   * The seed in a system property, in decimal, or a fresh one; logged together with how to repeat
   * it.
   *
   * @throws IllegalArgumentException if the property is no 64-bit decimal number
   */
  public static long fromPropertyOrFresh(String property) {
    String given = System.getProperty(property, "").strip();
    long seed;
    try {
      seed = given.isEmpty() ? new SecureRandom().nextLong() : Long.parseLong(given);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "-D" + property + "=" + given + " is no seed: give a 64-bit decimal number", e);
    }
    LOG.info("seed {}: repeat with -D{}={}", seed, property, seed);
    return seed;
  }

  /** The seed in the system property {@value #PROPERTY}, or a fresh one. */
  public static long fromPropertyOrFresh() {
    return fromPropertyOrFresh(PROPERTY);
  }
}
