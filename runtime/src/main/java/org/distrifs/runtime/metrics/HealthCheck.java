package org.distrifs.runtime.metrics;

import java.util.List;

/** Tells whether a process can do its work. */
@FunctionalInterface
public interface HealthCheck {

  /**
   * What keeps the process from its work, a sentence each; empty if nothing does. Called on a
   * thread of the metrics server, perhaps several at once; must answer from memory without waiting.
   */
  List<String> problems();

  /**
   * What does not keep the process from its work and yet calls for an operator, a sentence each.
   * Called as {@link #problems} is.
   */
  default List<String> warnings() {
    return List.of();
  }
}
