package org.distrifs.master.state;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.distrifs.master.chunk.ChunkMap;
import org.distrifs.proto.journal.NodeJoin;

/** The datanodes that ever joined. */
final class Nodes {

  /** Bytes of a host name or rack label at most. */
  static final int MAX_LABEL_LENGTH = 255;

  private static final int MAX_PORT = 65_535;

  private final TreeMap<Integer, NodeInfo> byId = new TreeMap<>();
  private final Map<Long, Integer> bySecret = new HashMap<>();

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
      id = known != null ? known : nextId();
    } else if (!byId.containsKey(id)) {
      return new Applied.Refused(
          "No datanode "
              + Integer.toUnsignedString(id)
              + " ever joined this cluster; its data folder belongs to another");
    } else if (known == null || known != id) {
      return new Applied.Refused(
          "Datanode " + id + " is another one: its secret differs from the one that joined");
    }
    if (id > ChunkMap.MAX_NODE_ID) {
      return new Applied.Refused("At most " + ChunkMap.MAX_NODE_ID + " datanodes ever can join");
    }
    byId.put(
        id, new NodeInfo(id, join.getNodeSecret(), join.getHost(), join.getPort(), join.getRack()));
    bySecret.put(join.getNodeSecret(), id);
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

  private int nextId() {
    return byId.isEmpty() ? 1 : byId.lastKey() + 1;
  }
}
