package org.distrifs.cli.files;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.distrifs.proto.control.LocatedChunk;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.control.ReplicaState;

/**
 * How a chunk is, as far as the master knows from its datanodes.
 *
 * @param good members that are there, with the committed version, and neither suspect nor corrupt
 * @param wanted how many there should be
 * @param troubles what is wrong with each of the others, for people
 */
record ChunkHealth(int good, int wanted, List<String> troubles) {

  /**
   * @param replication of the cluster: a chain may have fewer members than that
   */
  static ChunkHealth of(LocatedChunk chunk, int replication) {
    Map<Integer, ReplicaState> states = new HashMap<>();
    chunk.getReplicasList().forEach(state -> states.put(state.getNodeId(), state));
    List<String> troubles = new ArrayList<>();
    int good = 0;
    for (Member member : chunk.getLocation().getMembersList()) {
      String trouble =
          trouble(member, states.get(member.getNodeId()), chunk.getLocation().getVersion());
      if (trouble.isEmpty()) {
        good++;
      } else {
        troubles.add(trouble + " on datanode " + member.getNodeId());
      }
    }
    int members = chunk.getLocation().getMembersCount();
    if (members < replication) {
      troubles.add("only %d replicas of %d in the chain".formatted(members, replication));
    }
    return new ChunkHealth(good, Math.max(members, replication), List.copyOf(troubles));
  }

  /** Empty if nothing is wrong. */
  private static String trouble(Member member, ReplicaState state, int version) {
    if (!member.getAlive()) {
      return "away";
    }
    if (state == null || !state.getReported()) {
      return "missing";
    }
    if (state.getVersion() != version) {
      return "stale";
    }
    if (state.getCorrupt()) {
      return "corrupt";
    }
    return state.getSuspect() ? "suspect" : "";
  }

  boolean isGood() {
    return troubles.isEmpty();
  }

  /** Whether no replica is known that surely serves all of the chunk. */
  boolean isUnavailable() {
    return good == 0;
  }

  /** "short", or "unavailable". */
  String word() {
    return isUnavailable() ? "unavailable" : "short";
  }
}
