package org.distrifs.master.chain;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/** A chunk that needs a change, and what earlier attempts have taught. */
final class PendingChange {

  /** After so many refusals of a node that is alive, the change is tried without it. */
  private static final int REFUSALS_TO_LEAVE = 2;

  private final long sinceNs;
  private final Set<Integer> leave = new LinkedHashSet<>();
  private final Set<Integer> join = new LinkedHashSet<>();

  /** Members that leave only if another joins, by that other. */
  private final Map<Integer, Integer> replacedBy = new HashMap<>();

  private final Map<Integer, Integer> refusals = new HashMap<>();
  private int failures;
  private long notBeforeNs;
  private long postponedNs;
  private String reason = "it has not begun yet";

  PendingChange(long nowNs) {
    sinceNs = nowNs;
    notBeforeNs = nowNs;
    postponedNs = nowNs;
  }

  /** Takes over what another pending change for the same chunk asks for. */
  void add(PendingChange other) {
    leave.addAll(other.leave);
    join.addAll(other.join);
    replacedBy.putAll(other.replacedBy);
  }

  PendingChange without(int node) {
    leave.add(node);
    return this;
  }

  PendingChange with(int node) {
    join.add(node);
    return this;
  }

  PendingChange withInsteadOf(int joining, int leaving) {
    replacedBy.put(joining, leaving);
    return with(joining).without(leaving);
  }

  /** Forgets the replacements by nodes that cannot join now: the chain must not become shorter. */
  void keepReplacements(IntPredicate canJoin) {
    for (int node : List.copyOf(replacedBy.keySet())) {
      if (!canJoin.test(node)) {
        giveUpJoining(node);
      }
    }
  }

  private boolean giveUpJoining(int node) {
    Integer replaced = replacedBy.remove(node);
    if (replaced != null) {
      leave.remove(replaced);
    }
    return join.remove(node);
  }

  Set<Integer> leave() {
    return leave;
  }

  Set<Integer> join() {
    return join;
  }

  long sinceNs() {
    return sinceNs;
  }

  int failures() {
    return failures;
  }

  String reason() {
    return reason;
  }

  void waitsFor(String why) {
    reason = why;
  }

  /** Whether it may begin: its pause is over, or the liveness of a datanode has changed since. */
  boolean isDue(long nowNs, long livenessChangedNs) {
    return nowNs - notBeforeNs >= 0 || livenessChangedNs - postponedNs > 0;
  }

  /** An attempt failed. */
  void failed(ChangeOutcome.Failed failed, long nowNs, long pauseNs) {
    failures++;
    reason = failed.why();
    postponedNs = nowNs;
    notBeforeNs = nowNs + pauseNs;
    int culprit = failed.culprit();
    if (failed.lacksSource() && !leave.isEmpty()) {
      // A node that was left out may have what the others lack.
      leave.clear();
      replacedBy.clear();
      refusals.clear();
      return;
    }
    if (culprit == 0) {
      return;
    }
    if (giveUpJoining(culprit)) {
      // The copy was of no use; whoever wanted it chooses another node.
      return;
    }
    if (refusals.merge(culprit, 1, Integer::sum) >= REFUSALS_TO_LEAVE) {
      leave.add(culprit);
    }
  }
}
