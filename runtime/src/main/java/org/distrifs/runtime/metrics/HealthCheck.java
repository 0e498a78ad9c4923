package org.distrifs.runtime.metrics;

import java.util.List;

/** Tells whether a process can do its work. */
@FunctionalInterface
public interface HealthCheck {

  /**
   * The reasons why the process cannot do its work, a sentence each; empty if it can. Called on a
   * thread of the metrics server, perhaps several at once; must answer from memory without waiting.
   */
  List<String> problems();

  /**
   * Conditions in which the process can do its work, but which an operator should act on, a
   * sentence each. Called like {@link #problems}.
   */
  default List<String> warnings() {
    return List.of();
  }
}
