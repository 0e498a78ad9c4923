package org.distrifs.simulation.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes a failing plan smaller while it still fails: leaves out halves, quarters … of its steps,
 * down to single ones (delta debugging, Zeller and Hildebrandt 2002).
 */
public final class Shrinker {

  private final Predicate<Plan> fails;
  private int attemptsLeft;

  /**
   * @param fails runs a plan; any failure counts
   * @param attempts runs at most
   */
  public Shrinker(Predicate<Plan> fails, int attempts) {
    this.fails = fails;
    this.attemptsLeft = attempts;
  }

  /** A plan that fails and has no more steps. */
  public Plan shrink(Plan failing) {
    Plan smallest = failing;
    int piece = Math.max(1, smallest.steps().size() / 2);
    while (attemptsLeft > 0) {
      Plan smaller = withoutPieces(smallest, piece);
      boolean shrank = smaller.steps().size() < smallest.steps().size();
      smallest = smaller;
      if (!shrank && piece == 1) {
        break;
      }
      piece = shrank ? Math.min(piece, Math.max(1, smallest.steps().size())) : (piece + 1) / 2;
    }
    return smallest;
  }

  private Plan withoutPieces(Plan plan, int piece) {
    Plan smallest = plan;
    for (int from = 0; from < smallest.steps().size() && attemptsLeft > 0; ) {
      List<Step> fewer = new ArrayList<>(smallest.steps());
      fewer.subList(from, Math.min(fewer.size(), from + piece)).clear();
      Plan candidate = smallest.with(fewer);
      attemptsLeft--;
      if (fails.test(candidate)) {
        smallest = candidate;
      } else {
        from += piece;
      }
    }
    return smallest;
  }
}
