package org.distrifs.master.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Who takes part in one attempt at a change. All node ids; no node is in two of the lists.
 *
 * @param survivors members that stay, in the order of the chain; one of them is the source
 * @param leaving members that are alive and are not to be members any more: they are stopped first
 * @param lost members that are away and cannot serve any more
 * @param joining nodes that become members, at the end of the chain
 * @param doubtful survivors with a damaged block: they are reconciled even if they look equal
 * @param lostMayReturn whether a lost member is away so shortly that it may have what is lost here
 */
public record Participants(
    List<Integer> survivors,
    List<Integer> leaving,
    List<Integer> lost,
    List<Integer> joining,
    Set<Integer> doubtful,
    boolean lostMayReturn) {

  public Participants {
    survivors = List.copyOf(survivors);
    leaving = List.copyOf(leaving);
    lost = List.copyOf(lost);
    joining = List.copyOf(joining);
    doubtful = Set.copyOf(doubtful);
    if (survivors.isEmpty()) {
      throw new IllegalArgumentException("a change without a survivor has no source");
    }
  }

  /** All members stay, and nobody joins. */
  public static Participants allOf(List<Integer> members) {
    return new Participants(members, List.of(), List.of(), List.of(), Set.of(), false);
  }

  /** The chain afterwards, head first. */
  public List<Integer> chain() {
    return join(survivors, joining);
  }

  /** Those who are asked: all but the lost. */
  List<Integer> present() {
    return join(chain(), leaving);
  }

  private static List<Integer> join(List<Integer> first, List<Integer> second) {
    List<Integer> both = new ArrayList<>(first);
    both.addAll(second);
    return List.copyOf(both);
  }

  @Override
  public String toString() {
    return "survivors "
        + survivors
        + describe(", leaving ", leaving)
        + describe(", lost ", lost)
        + describe(", joining ", joining);
  }

  private static String describe(String what, List<Integer> nodes) {
    return nodes.isEmpty() ? "" : what + nodes;
  }
}
