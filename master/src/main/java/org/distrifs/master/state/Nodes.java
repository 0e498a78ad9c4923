package org.distrifs.master.state;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.distrifs.master.chunk.ChunkMap;
import org.distrifs.proto.journal.NodeJoin;

/** The datanodes that ever joined. */
final class Nodes {

  /** Bytes of a host name or rack label at most. */
  static final int MAX_LABEL_LENGTH = 255;

  private static final int MAX_PORT = 65_535;

  private final TreeMap<Integer, NodeInfo> byId = new TreeMap<>();
  private final Map<Long, Integer> bySecret = new HashMap<>();

  /** The highest id that was given out, or that a rollback skipped. */
  private int highestId;

  /** Ids that a rollback skipped: the first after each range by the first of it. */
  private final TreeMap<Integer, Integer> skipped = new TreeMap<>();

  private final TreeSet<Integer> forgotten = new TreeSet<>();

  Applied join(NodeJoin join) {
    if (join.getHost().length() > MAX_LABEL_LENGTH || join.getRack().length() > MAX_LABEL_LENGTH) {
      return new Applied.Refused(
          "A datanode's host and rack are at most " + MAX_LABEL_LENGTH + " characters long");
    }
    if (join.getPort() < 1 || join.getPort() > MAX_PORT) {
      return new Applied.Refused("A datanode's port is 1 to " + MAX_PORT);
    }
    Integer known = bySecret.get(join.getNodeSecret());
    int id = join.getNodeId();
    if (id == 0) {
      id = known != null ? known : idFor(join.getWantedNodeId());
    } else if (forgotten.contains(id)) {
      return new Applied.Refused(forgottenSentence(id));
    } else if (!byId.containsKey(id) && !(known == null && mayReturn(id))) {
      return new Applied.Refused(
          "No datanode "
              + Integer.toUnsignedString(id)
              + " ever joined this cluster; its data folder belongs to another");
    } else if (byId.containsKey(id) && (known == null || known != id)) {
      return new Applied.Refused(
          "Datanode " + id + " is another one: its secret differs from the one that joined");
    }
    if (id > ChunkMap.MAX_NODE_ID) {
      return new Applied.Refused("At most " + ChunkMap.MAX_NODE_ID + " datanodes ever can join");
    }
    byId.put(
        id, new NodeInfo(id, join.getNodeSecret(), join.getHost(), join.getPort(), join.getRack()));
    bySecret.put(join.getNodeSecret(), id);
    highestId = Math.max(highestId, id);
    return new Applied.NodeJoined(id);
  }

  /** Whether these can be a chain: 1 to 16 different nodes that joined. */
  boolean canBeChain(List<Integer> nodeIds) {
    return !nodeIds.isEmpty()
        && nodeIds.size() <= ChunkMap.MAX_MEMBERS
        && nodeIds.stream().distinct().count() == nodeIds.size()
        && byId.keySet().containsAll(nodeIds);
  }

  NodeInfo find(int id) {
    return byId.get(id);
  }

  List<NodeInfo> all() {
    return List.copyOf(byId.values());
  }

  /** The id that a new node would like, if it is none that ever was given out. */
  private int idFor(int wanted) {
    boolean isUsable =
        wanted > 0
            && wanted <= ChunkMap.MAX_NODE_ID
            && !byId.containsKey(wanted)
            && !forgotten.contains(wanted)
            && !isSkipped(wanted);
    return isUsable ? wanted : highestId + 1;
  }

  /** Ids count on from further above, after a rollback. */
  void skipIds(int ids) {
    int end = Math.min(highestId + ids, ChunkMap.MAX_NODE_ID);
    skipped.put(highestId + 1, end + 1);
    highestId = end;
  }

  /** Whether a node of this id may have joined in what a rollback lost. */
  boolean mayReturn(int id) {
    return isSkipped(id) && !byId.containsKey(id) && !forgotten.contains(id);
  }

  private boolean isSkipped(int id) {
    Map.Entry<Integer, Integer> range = skipped.floorEntry(id);
    return range != null && id < range.getValue();
  }

  /** Takes a node out for good. Its id is never given out again. */
  void forget(int id) {
    NodeInfo node = byId.remove(id);
    bySecret.remove(node.secret());
    forgotten.add(id);
  }

  boolean isForgotten(int id) {
    return forgotten.contains(id);
  }

  /** Why a node that was forgotten is not let in. */
  static String forgottenSentence(int id) {
    return "datanode "
        + id
        + " was taken out of the cluster with 'distrifs node forget "
        + id
        + "'. What its data folder holds is no part of any file any more: to let this machine join again, start it with an empty data folder";
  }

  /** A number that is equal for equal nodes, past and present. */
  int digest() {
    return byId.hashCode() + 31 * highestId + 37 * skipped.hashCode() + 41 * forgotten.hashCode();
  }
}
