package org.distrifs.cli.files;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.distrifs.proto.control.LocatedChunk;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.control.ReplicaState;

/**
 * The condition of a chunk, as far as the master knows from its datanodes.
 *
 * @param condition the master's word: full, unknown, waiting, repairing, short or lost
 * @param good members that are alive and whose replica is in the committed version, neither suspect
 *     nor corrupt
 * @param unknown members of which nothing is known yet
 * @param wanted how many good replicas there should be
 * @param troubles what is wrong with each other member, for people
 */
record ChunkHealth(String condition, int good, int unknown, int wanted, List<String> troubles) {
  private static final String FULL = "full";
  private static final String GOOD = "good";
  private static final String UNKNOWN = "unknown";

  /**
   * @param replication the replication of the cluster; a chain can have fewer members
   */
  static ChunkHealth of(LocatedChunk chunk, int replication) {
    Map<Integer, String> conditions = new HashMap<>();
    for (ReplicaState state : chunk.getReplicasList()) {
      conditions.put(state.getNodeId(), state.getCondition());
    }
    List<String> troubles = new ArrayList<>();
    int good = 0;
    int unknown = 0;
    for (Member member : chunk.getLocation().getMembersList()) {
      String condition = conditions.getOrDefault(member.getNodeId(), UNKNOWN);
      if (condition.equals(GOOD)) {
        good++;
      } else {
        unknown += condition.equals(UNKNOWN) ? 1 : 0;
        troubles.add(condition + " on datanode " + member.getNodeId());
      }
    }
    int members = chunk.getLocation().getMembersCount();
    if (members < replication) {
      troubles.add("only %d replicas of %d in the chain".formatted(members, replication));
    }
    return new ChunkHealth(
        chunk.getCondition(), good, unknown, Math.max(members, replication), List.copyOf(troubles));
  }

  boolean isFull() {
    return condition.equals(FULL);
  }

  /** Whether no replica can serve the whole chunk now, as far as is known. */
  boolean isUnavailable() {
    return good == 0 && unknown == 0;
  }
}
