package org.distrifs.master.chain;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Decides who takes part in an attempt at a change, from the committed chain and what is known of
 * the datanodes now. Remembers nothing: a failed attempt is planned anew.
 */
public final class ChangePlanner {

  /** What is known of a datanode. */
  public enum Availability {
    /** Alive: it can be asked. */
    PRESENT,
    /** Nothing is known yet, and it may still serve: to be waited for. */
    UNSURE,
    /** Its lease is over or its process is gone, since so shortly that it may yet come back. */
    AWAY,
    /** As {@link #AWAY}, and its replicas count as lost. */
    LOST
  }

  /**
   * What is asked of the change beyond leaving out the members that are away.
   *
   * @param leave members that are to leave, if enough remain; the first come first
   * @param join nodes that hold a copy made ahead, or can make one
   * @param doubtful nodes whose replica has a damaged block
   */
  public record Demands(Set<Integer> leave, Set<Integer> join, Set<Integer> doubtful) {

    public static final Demands NONE = new Demands(Set.of(), Set.of(), Set.of());
  }

  /** What came of it. */
  public sealed interface Plan {}

  /** The change can begin. */
  public record Begin(Participants who) implements Plan {}

  /**
   * It has to wait.
   *
   * @param why a clause
   */
  public record Wait(String why) implements Plan {}

  private final int minReplicas;

  /**
   * @param minReplicas fewest members of a chain after a change, unless it had fewer before
   */
  public ChangePlanner(int minReplicas) {
    this.minReplicas = minReplicas;
  }

  /**
   * Plans.
   *
   * @param members the committed chain, head first
   */
  public Plan plan(
      List<Integer> members, Demands demands, IntFunction<Availability> availabilities) {
    List<Integer> present = new ArrayList<>();
    List<Integer> lost = new ArrayList<>();
    boolean lostMayReturn = false;
    List<Integer> joining =
        demands.join().stream()
            .filter(node -> availabilities.apply(node) == Availability.PRESENT)
            .toList();
    for (int node : members) {
      switch (availabilities.apply(node)) {
        case PRESENT -> {
          // A member without a replica comes in again like a new one.
          if (!joining.contains(node)) {
            present.add(node);
          }
        }
        case UNSURE -> {
          return new Wait("datanode " + node + " was not heard yet and may still serve");
        }
        case AWAY -> {
          lost.add(node);
          lostMayReturn = true;
        }
        case LOST -> lost.add(node);
      }
    }
    int required = Math.min(minReplicas, members.size());
    if (present.isEmpty() || present.size() + joining.size() < required) {
      return new Wait(
          "%d of the chain's members %s are away, and a chain has at least %d"
              .formatted(lost.size(), members, required));
    }
    List<Integer> leaving = leaving(present, joining.size(), required, demands.leave());
    List<Integer> survivors = present.stream().filter(node -> !leaving.contains(node)).toList();
    Set<Integer> doubtful = new LinkedHashSet<>(demands.doubtful());
    doubtful.retainAll(survivors);
    return new Begin(new Participants(survivors, leaving, lost, joining, doubtful, lostMayReturn));
  }

  private static List<Integer> leaving(
      List<Integer> present, int joining, int required, Set<Integer> wanted) {
    List<Integer> leaving = new ArrayList<>();
    for (int node : wanted) {
      int left = present.size() - leaving.size() - 1;
      if (present.contains(node) && left >= 1 && left + joining >= required) {
        leaving.add(node);
      }
    }
    return leaving;
  }
}
