package org.distrifs.simulation.network;

import org.distrifs.simulation.scheduler.SimProcess;

/** A process that accepts connections at a host. */
public interface SimListener {

  /** The process to which the arrival of a message belongs. */
  SimProcess process();

  /** Whether it accepts connections yet. */
  boolean isOpen();
}
