package org.distrifs.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.netty.util.ResourceLeakDetector;
import org.slf4j.LoggerFactory;

/** Runs of thousands of simulated processes would log for all of them. */
public final class SilentLogging {

  private SilentLogging() {}

  public static void enable() {
    // Killed processes keep their buffers; to write down where each was made would be most of the
    // work.
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
  }
}
