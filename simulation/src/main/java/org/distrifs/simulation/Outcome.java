package org.distrifs.simulation;

import java.util.List;

/**
 * How a run ended.
 *
 * @param violations what must not have been; empty if all was well
 * @param steps events that happened
 * @param trace equal for two runs only if they were the same
 */
public record Outcome(List<String> violations, long steps, long trace) {

  public boolean isGood() {
    return violations.isEmpty();
  }
}
