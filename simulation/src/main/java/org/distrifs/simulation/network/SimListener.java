package org.distrifs.simulation.network;

import org.distrifs.simulation.scheduler.SimProcess;

/** What takes connections at a host. */
public interface SimListener {

  /** Whose events the messages that arrive are. */
  SimProcess process();

  /** Whether it takes connections by now. */
  boolean isOpen();
}
