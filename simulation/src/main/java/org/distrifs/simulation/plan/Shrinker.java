package org.distrifs.simulation.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes a failing plan smaller, as long as it still fails. Leaves out halves of its steps, then
 * quarters, and so on down to single steps (delta debugging, Zeller and Hildebrandt 2002).
 */
public final class Shrinker {

  private final Predicate<Plan> fails;
  private int attemptsLeft;

  /**
   * @param fails runs a plan, and is true for any failure
   * @param attempts runs at most
   */
  public Shrinker(Predicate<Plan> fails, int attempts) {
    this.fails = fails;
    this.attemptsLeft = attempts;
  }

  /** A plan that fails too, and has at most as many steps. */
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
