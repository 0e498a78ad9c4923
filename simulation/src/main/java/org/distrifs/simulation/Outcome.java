package org.distrifs.simulation;

import java.util.List;

/**
 * The result of a run.
 *
 * @param violations the rules that the run broke; empty if it is good
 * @param steps how many events happened
 * @param trace a hash of the events: two runs with equal traces were the same
 */
public record Outcome(List<String> violations, long steps, long trace) {

  public boolean isGood() {
    return violations.isEmpty();
  }
}
