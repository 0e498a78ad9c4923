package org.distrifs.master.placement;

import org.distrifs.master.liveness.Datanode;

/**
 * A datanode that is alive, as placement sees it.
 *
 * @param rack label; nodes without one share the empty rack
 * @param availableBytes that it can take for new replicas; 0 if it refused one for want of space
 *     since it told
 * @param promisedBytes of these, what chunks may still fill that were placed on it lately
 * @param load requests in flight and chunks placed lately: any measure by which nodes compare
 */
public record PlacementNode(
    int nodeId, String rack, long availableBytes, long promisedBytes, long load) {

  public static PlacementNode of(Datanode node) {
    return new PlacementNode(
        node.id(), node.rack(), node.availableBytes(), node.promisedBytes(), node.load());
  }
}
