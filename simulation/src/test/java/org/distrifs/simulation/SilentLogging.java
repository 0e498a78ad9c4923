package org.distrifs.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.netty.util.ResourceLeakDetector;
import org.slf4j.LoggerFactory;

/** Turns logging off, because thousands of simulated processes would log. */
public final class SilentLogging {

  private SilentLogging() {}

  public static void enable() {
    // Killed processes never release their buffers. To record where each was allocated would take
    // most of the time.
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
  }
}
